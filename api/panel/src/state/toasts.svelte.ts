/** Short messages at the edge: what was done, with the way back, and what failed. */

export interface Toast {
  id: number;
  tone: "done" | "failed";
  text: string;
  hint: string;
  /** Takes it back. Offered as a button while the message stands. */
  undo: (() => Promise<void>) | undefined;
}

const STAYS = 8_000; // milliseconds; a failure stays until it is closed

class Toasts {
  all = $state<Toast[]>([]);
  #next = 1;

  done(text: string, undo?: () => Promise<void>): void {
    const id = this.#add({ tone: "done", text, hint: "", undo });
    setTimeout(() => this.close(id), undo ? STAYS * 2 : STAYS);
  }

  failed(text: string, hint = ""): void {
    this.#add({ tone: "failed", text, hint, undo: undefined });
  }

  close(id: number): void {
    this.all = this.all.filter((toast) => toast.id !== id);
  }

  #add(toast: Omit<Toast, "id">): number {
    const id = this.#next++;
    this.all = [...this.all.slice(-3), { id, ...toast }];
    return id;
  }
}

export const toasts = new Toasts();
