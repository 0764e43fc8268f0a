type Remend = typeof import("remend").default;

let remend: Remend | undefined;

/** Not needed before something streams, so not part of the first load. */
void import("remend").then(
  (module) => {
    remend = module.default;
  },
  () => {
    // Without it half a link is shown as it was written, until the rest of it comes.
  },
);

/** `block` with the emphasis, code and links closed that it leaves open. */
export function mended(block: string): string {
  return remend ? remend(block, { linkMode: "text-only" }) : block;
}
