/**
 * Put `text` on the clipboard.
 *
 * @returns false if the browser does not allow it: its clipboard API needs HTTPS or localhost.
 */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
