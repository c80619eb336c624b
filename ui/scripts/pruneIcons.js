// `tauri icon` writes every size of every platform; only a desktop's are used.
import { readdirSync, rmSync } from 'node:fs';

const folder = new URL('../../icons/', import.meta.url);
for (const name of readdirSync(folder)) {
  if (name === 'android' || name === 'ios' || /^(Square|StoreLogo)/.test(name)) {
    rmSync(new URL(name, folder), { recursive: true });
  }
}
