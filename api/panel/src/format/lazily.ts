/** Made when it is first asked for. Formatters of the browser are slow to make (milliseconds each), and no page needs all
 * of them before it is seen. */
export function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
