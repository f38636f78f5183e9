import "./picture.css";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { type ChangeEvent, useId, useState } from "react";
import { Problem } from "../../api/problem";
import { useUpload } from "../../api/shop/pictures";
import { Field } from "../Field";
import { Trouble } from "../Trouble";

type Props = { label: string; name: string; defaultValue: string | null; error?: string };

/** The address of a picture, with a way to upload one. */
export function PictureField({ label, name, defaultValue, error }: Props) {
  const id = useId();
  const [url, setUrl] = useState(defaultValue ?? "");
  const upload = useUpload();
  const choose = ({ target }: ChangeEvent<HTMLInputElement>) => {
    const file = target.files?.[0];
    if (file) upload.mutate(file, { onSuccess: setUrl });
    target.value = ""; // so that the same file may be chosen once more
  };

  return (
    <fieldset className="picture-field" data-busy={upload.isPending || undefined}>
      <legend>{label}</legend>
      {url && <img src={url} alt="" className="picture-preview" />}
      <div className="field">
        <label htmlFor={id}>
          <Trans>Upload a picture</Trans>
        </label>
        <input
          id={id}
          type="file"
          accept="image/jpeg,image/png,image/webp,image/gif"
          disabled={upload.isPending}
          onChange={choose}
        />
        <p className="field-hint" role="status">
          {upload.isPending
            ? t`Uploading… Save once it is there.`
            : t`JPEG, PNG, WebP or GIF, up to 10 MB.`}
        </p>
      </div>
      {upload.error && (
        <Trouble error={upload.error}>
          {isOtherType(upload.error)
            ? t`Files of this type are not taken. Choose a JPEG, PNG, WebP or GIF file.`
            : undefined}
        </Trouble>
      )}
      <Field
        label={t`Address of a picture`}
        name={name}
        autoComplete="off"
        value={url}
        onChange={({ target }) => setUrl((target as HTMLInputElement).value)}
        hint={t`Starts with https:// or with /pictures/.`}
        error={error}
      />
    </fieldset>
  );
}

/** The API's own words are for programs: they name content types. */
const isOtherType = (error: unknown) => error instanceof Problem && error.status === 415;
