/** Where the branches of a flow stand, and the ribbons between them. Heights are true to the counts; what is small
 * gets room around it, so that its name can be read. */
import { PARTS, type Branch, type Part } from "./flow";

export interface Bar {
  key: string;
  branch: Branch;
  /** 0: company, 1: purpose, 2: host. */
  column: number;
  /** Middle of its room, and the height of the bar in it. */
  middle: number;
  height: number;
  /** Room above and below, for its label. */
  room: number;
}

export interface Ribbon {
  key: string;
  column: number;
  part: Part;
  /** Upper edges at the left and at the right end, and the height. */
  from: number;
  to: number;
  height: number;
}

export interface Picture {
  height: number;
  bars: Bar[];
  ribbons: Ribbon[];
}

const LEAF = 25; // pixels of a line of text
const BETWEEN_PURPOSES = 5;
const BETWEEN_COMPANIES = 14;
const ALL = 240; // pixels that all attempts together are high
const MOST = 8; // pixels of one attempt: two questions are no flood
const THIN = 1.5;

export function picture(companies: readonly Branch[]): Picture {
  const sum = companies.reduce((all, one) => all + one.count, 0) || 1;
  const unit = Math.min(MOST, ALL / sum);
  const bars: Bar[] = [];
  const ribbons: Ribbon[] = [];
  let y = 0;
  for (const company of companies) {
    const top = y;
    const purposes: Bar[] = [];
    const inside: Bar[] = [];
    for (const purpose of company.children) {
      const begin = y;
      const leaves: Bar[] = [];
      for (const leaf of purpose.children) {
        const room = Math.max(LEAF, leaf.count * unit + 3);
        leaves.push(bar(leaf, 2, y, y + room, unit, `${company.key}/${purpose.key}/${leaf.key}`));
        y += room;
      }
      const own = bar(purpose, 1, begin, y, unit, `${company.key}/${purpose.key}`);
      purposes.push(own);
      ribbons.push(...between(own, leaves, unit));
      inside.push(own, ...leaves);
      y += BETWEEN_PURPOSES;
    }
    y -= BETWEEN_PURPOSES;
    const own = bar(company, 0, top, y, unit, company.key);
    ribbons.push(...between(own, purposes, unit));
    bars.push(own, ...inside); // read out in this order
    y += BETWEEN_COMPANIES;
  }
  return { height: Math.max(0, y - BETWEEN_COMPANIES), bars, ribbons };
}

function bar(branch: Branch, column: number, top: number, bottom: number, unit: number, key: string): Bar {
  const height = Math.max(THIN, branch.count * unit);
  return { key, branch, column, middle: (top + bottom) / 2, height, room: bottom - top };
}

function between(from: Bar, to: readonly Bar[], unit: number): Ribbon[] {
  const found: Ribbon[] = [];
  let left = from.middle - from.height / 2;
  for (const end of to) {
    let right = end.middle - end.height / 2;
    for (const part of PARTS) {
      const count = end.branch.parts[part];
      if (!count) continue;
      const height = Math.max(THIN, count * unit);
      found.push({ key: `${end.key} ${part}`, column: from.column, part, from: left, to: right, height });
      left += count * unit;
      right += count * unit;
    }
  }
  return found;
}

/** The outline of a ribbon between two columns. */
export function outline(ribbon: Ribbon, x1: number, x2: number): string {
  const bend = (x1 + x2) / 2;
  const { from, to, height } = ribbon;
  const n = (value: number) => value.toFixed(1);
  return (
    `M${n(x1)} ${n(from)}C${n(bend)} ${n(from)} ${n(bend)} ${n(to)} ${n(x2)} ${n(to)}` +
    `V${n(to + height)}C${n(bend)} ${n(to + height)} ${n(bend)} ${n(from + height)} ${n(x1)} ${n(from + height)}Z`
  );
}
