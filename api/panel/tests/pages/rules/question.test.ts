import { expect, test } from "vitest";

import { LONGEST, questionIn } from "$lib/pages/rules/question";

const read = (text: string) => questionIn(new URLSearchParams(text));

test("a question is read from the address as it stands there", () => {
  expect(read("name=a.example&device=02:00:5e:00:00:01&type=HTTPS")).toEqual({
    name: "a.example",
    device: "02:00:5e:00:00:01",
    type: "HTTPS",
  });
});

test("what is not there is nothing, nobody and an address", () => {
  expect(read("")).toEqual({ name: "", device: "", type: "A" });
});

test("a name is never longer than the box takes", () => {
  expect(read(`name=${"a".repeat(5000)}`).name).toHaveLength(LONGEST);
});
