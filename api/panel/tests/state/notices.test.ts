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

test("a way around the box is told of, with what was tried, as text of a bounded length", () => {
  const one = told({ ...notice, kind: "tampering", detail: `<b>${"x".repeat(300)}` });
  expect(one?.body).toMatch(/^aa:bb: <b>x+$/);
  expect(one?.body.length).toBeLessThan(220);
  expect(one?.path).toBe("/log?device=aa%3Abb");
});

test("what can wait is not told", () => {
  expect(told({ ...notice, kind: "first-contact" })).toBeUndefined();
  expect(told({ ...notice, kind: "list-failed" })).toBeUndefined();
});
