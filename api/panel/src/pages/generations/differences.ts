/** What tells two states apart, as lines to be read: which thing, and which of its fields from what to what. */
import type { DryRun, Schemas } from "$lib/api/client";
import { exact } from "$lib/format/times";
import { t } from "$lib/texts";

export const KINDS = ["rules", "lists", "groups", "devices", "bundles"] as const;
export type Kind = (typeof KINDS)[number];
type Values = Record<string, unknown>;

export interface Field {
  name: string;
  before: string;
  after: string;
}

export interface Line {
  how: "added" | "removed" | "changed";
  /** What it is called: a rule's text, a name. */
  title: string;
  /** Of a rule: whom it is for. */
  more: string;
  fields: Field[];
}

export interface Part {
  kind: Kind;
  lines: Line[];
  /** How many are told; with `more` there are others, of which it is not known what they are. */
  sums: { added: number; removed: number; changed: number; more: number };
  /** How many differences are not told. */
  more: number;
}

// Of no use to a reader: when it was touched, and what is shown as the title already.
const SILENT: ReadonlySet<string> = new Set(["id", "created", "changed", "path", "catalogue_rows"]);
const MOMENTS: ReadonlySet<string> = new Set(["expires", "issued", "applied", "fetched"]);

/** The kinds in which something differs, each with its lines. */
export function partsOf(diff: Pick<Schemas["GenerationDiff"], Kind>): Part[] {
  return KINDS.map((kind) => part(kind, diff[kind])).filter((one) => one.lines.length || one.more);
}

/** How much of each kind would differ, of what a dry run tells; bundles are not among it. */
export function sumsOf(tried: Pick<DryRun, Exclude<Kind, "bundles">>): Pick<Part, "kind" | "sums">[] {
  return partsOf({ ...tried, bundles: { added: [], removed: [], changed: [], more: 0 } });
}

function part(kind: Kind, found: Schemas["Differences"]): Part {
  const one = (how: "added" | "removed") => (values: Values) => ({
    ...called(kind, values),
    how,
    fields: [],
  });
  return {
    kind,
    lines: [
      ...found.added.map(one("added")),
      ...found.removed.map(one("removed")),
      ...found.changed.map(({ before, after }) => ({
        ...called(kind, after),
        how: "changed" as const,
        fields: fieldsOf(before, after),
      })),
    ],
    sums: {
      added: found.added.length,
      removed: found.removed.length,
      changed: found.changed.length,
      more: found.more,
    },
    more: found.more,
  };
}

function called(kind: Kind, values: Values): { title: string; more: string } {
  const word = (key: string) => (typeof values[key] === "string" ? values[key] : "");
  if (kind === "rules") return { title: word("text"), more: word("group") };
  if (kind === "devices") return { title: word("address"), more: word("group") };
  return { title: word("name"), more: kind === "lists" ? word("source") : "" };
}

/** What differs between two values of one thing. */
export function fieldsOf(before: Values, after: Values): Field[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names
    .filter((name) => !SILENT.has(name))
    .map((name) => ({ name, before: said(name, before[name]), after: said(name, after[name]) }))
    .filter((field) => field.before !== field.after);
}

/** A value in words. Still a stranger's: whoever shows it makes it harmless. */
function said(name: string, value: unknown): string {
  if (value === undefined || value === null || value === "") return t.generations.nothing;
  if (typeof value === "boolean") return value ? t.shared.yes : t.shared.no;
  if (MOMENTS.has(name) && typeof value === "number") return value ? exact(value) : t.shared.never;
  if (name === "groups" && Array.isArray(value))
    return value.map((one) => String(Array.isArray(one) ? one[0] : one)).join(", ") || t.generations.nothing;
  if (Array.isArray(value)) return value.map(String).join(", ") || t.generations.nothing;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
