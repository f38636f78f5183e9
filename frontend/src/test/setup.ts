import { cleanup, configure } from "@testing-library/react";
import { afterEach, vi } from "vitest";

// How long to wait for what will come: long enough for a busy machine.
configure({ asyncUtilTimeout: 15_000 });

// What jsdom has no page for.
window.scrollTo = vi.fn();

afterEach(cleanup);
