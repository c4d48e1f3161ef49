import { expect, it } from "vitest";

import { webAddress } from "$lib/pages/lists/source";

it.each(["https://lists.example/ads.txt", "http://192.0.2.1:8000/x?y"])("%s is followed", (source) => {
  expect(webAddress(source)).toBe(source);
});

it.each([
  "javascript:alert(1)",
  " javascript:alert(1)",
  "java\nscript:alert(1)",
  "data:text/html,<script>alert(1)</script>",
  "file:///etc/passwd",
  "blob:https://lists.example/1",
  "//lists.example/ads.txt",
  "/lists",
  "https://me:secret@lists.example/ads.txt",
  "https://",
  "",
])("%j is only shown", (source) => {
  expect(webAddress(source)).toBeUndefined();
});
