"""What the fields of signing in are, for the API's description."""

from app.web.field_words import Words

WORDS: Words = {
    "Credentials.username": ("The username, or a verified email.", "ada"),
    "code": ("Six digits of the authenticator app, or a recovery code, where the account asks for one.", "123456"),
    "access_token": ("Shown as `Authorization: Bearer …` at each request. A signed JWT.", "eyJhbGciOiJIUzI1NiJ9…"),
    "refresh_token": ("Gets the next pair of tokens, once. A second use ends the session.", "kq3v0Vv8yW…"),
    "token_type": ("How the access token is shown.", "Bearer"),
    "expires_in": ("For how many seconds the access token is good.", 900),
    "min_length": ("How many characters a password has at least.", 15),
    "min_length_with_second_factor": ("The same, for an account that asks for a code too.", 8),
    "max_length": ("How many characters a password has at most.", 256),
    "user": ("The user who is signed in, or null.", None),
    "ProviderOut.name": ("The provider, as in its sign-in address.", "acme"),
    "label": ("What stands on its button.", "Acme"),
    "url": ("Where a browser begins to sign in with it.", "/oauth/login/acme"),
    "ProviderOut.available": ("False while the provider does not answer; left out otherwise.", False),
    "next": ("The path of the shop to go to afterwards.", "/orders"),
    "token": ("The part behind `?token=` of the link that was mailed.", "Vd0p4rXyQ1…"),
    "until": ("Until when sensitive changes are allowed, in UTC; null where they are not.", "2026-05-04T10:30:00Z"),
    "Confirmation.password": ("Whether a password proves who the user is.", True),
    "Confirmation.passkey": ("Whether a passkey does.", True),  # feature: passkeys
    "providers": ("At which providers a sign-in does.", ["acme"]),
    # feature: passkeys {
    "public_key": ("For the browser's `navigator.credentials`, in its JSON form.", {"challenge": "9XQ4…"}),
    "credential": ("What the browser's `navigator.credentials` gave, in its JSON form.", {}),
    "Assertion.id": ("The id of the passkey.", "Jz1cVv…"),
    "NewCredential.id": ("The id of the passkey.", "Jz1cVv…"),
    "rawId": ("The same id, in base64url.", "Jz1cVv…"),
    "Assertion.type": ("Always `public-key`.", "public-key"),
    "NewCredential.type": ("Always `public-key`.", "public-key"),
    "response": ("What the device signed.", {}),
    "clientDataJSON": ("What the browser told the device, in base64url.", "eyJ0eXBlIjoi…"),
    "authenticatorData": ("What the device tells of itself, in base64url.", "SZYN5Y…"),
    "attestationObject": ("The new public key, in base64url.", "o2NmbXRkbm9uZQ…"),
    "signature": ("The device's signature, in base64url.", "MEUCIQ…"),
    "userHandle": ("Whose passkey it is, in base64url.", "u5Yt…"),
    "NewPasskey.name": ("What its owner knows it by.", "My phone"),
    "PasskeyOut.name": ("What its owner knows it by.", "My phone"),
    "passkeys": ("The passkeys of the account.", []),
    "passkeys_possible": ("Whether passkeys can be made at the shop's address.", True),
    # }
    # feature: totp {
    "secret": ("The app's key, for those who type it.", "JBSWY3DPEHPK3PXP"),
    "uri": ("The same key, as an address that the app opens.", "otpauth://totp/Kiosk:ada?secret=JBSWY3DPEHPK3PXP"),
    "qr": ("The same address, as a picture to photograph (SVG).", "<svg …>"),
    "recovery_codes": ("Each stands for the app once. They are shown this one time.", ["7f3k-92mq"]),
    "totp": ("Whether an authenticator app is set up.", False),
    "recovery_codes_left": ("How many recovery codes were not used yet.", 10),
    # }
}
