import { expect, it } from "vitest";

import { idOf } from "$lib/pages/bundles/keys";

const LINE = "RWQBAgMEBQYHCIqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c";

it("shows a key's digits as minisign does", () => {
  expect(idOf(LINE)).toBe("0807060504030201");
  expect(idOf(`untrusted comment: minisign public key\n${LINE}\n`)).toBe("0807060504030201");
});

it.each(["", "untrusted comment: x", "not base 64!", LINE.slice(0, 20), "AAAA", `${LINE}${LINE}`])(
  "knows no digits of %j",
  (text) => {
    expect(idOf(text)).toBeUndefined();
  },
);
