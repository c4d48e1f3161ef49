import { expect, test } from "vitest";

import { told } from "$lib/state/notices";

const notice = {
  id: 1,
  time: "2026-11-22T14:07:31Z",
  device: "aa:bb",
  device_name: "",
  subject: "",
  detail: "",
};

test("a new phone is told of, by its name or key", () => {
  expect(told({ ...notice, kind: "new-device", device_name: "Anna\u202e" })).toEqual({
    title: "A new phone",
    body: "Anna\\u{202e} asked this box for the first time.",
    path: "/phones/aa%3Abb",
  });
});

test("tampering is told of, with what was found, as text of a bounded length", () => {
  const about = { ...notice, device: "", kind: "tampering", detail: `<b>${"x".repeat(300)}` };
  const policy = told({ ...about, subject: "policy" });
  expect(policy?.body).toMatch(/^policy: <b>x+$/);
  expect(policy?.body.length).toBeLessThan(220);
  expect(policy?.path).toBe("/system");
  expect(told({ ...about, subject: "bundle school" })?.path).toBe("/bundles");
});

test("what can wait is not told", () => {
  expect(told({ ...notice, kind: "first-contact" })).toBeUndefined();
  expect(told({ ...notice, kind: "list-failed" })).toBeUndefined();
});
