/** Text into the clipboard, and pictures out of it. */

/** Copies text; falls back to the document's own command where the clipboard is locked away. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    area.style.position = 'fixed';
    area.style.opacity = '0';
    // Inside an open dialog everything else is inert and cannot hold a selection.
    (document.querySelector('dialog[open]') ?? document.body).append(area);
    const focused = document.activeElement;
    area.select();
    const copied = document.execCommand('copy');
    area.remove();
    if (focused instanceof HTMLElement) focused.focus();
    return copied;
  }
}

/** The pictures that a paste brings, as files' bytes. */
export async function pastedPictures(data: DataTransfer | null): Promise<Uint8Array[]> {
  const files = [...(data?.files ?? [])].filter((file) => file.type.startsWith('image/'));
  return Promise.all(files.map(async (file) => new Uint8Array(await file.arrayBuffer())));
}

/** The same, for an engine whose paste event leaves pictures out. */
export async function clipboardPicture(): Promise<Uint8Array | null> {
  try {
    for (const item of await navigator.clipboard.read()) {
      const type = item.types.find((name) => name.startsWith('image/'));
      if (type) return new Uint8Array(await (await item.getType(type)).arrayBuffer());
    }
  } catch {
    // Not allowed, or nothing there: a paste without a picture is no error.
  }
  return null;
}
