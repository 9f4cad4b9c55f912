import {rmSync} from 'node:fs'

const paths = new Set<string>()

function removeAll(): void {
  for (const path of paths) {
    try {
      rmSync(path, {recursive: true, force: true})
    } catch {
      // The process is ending: what cannot be removed now stays.
    }
  }
  paths.clear()
}

/** Has a temporary file or folder removed should the process end early, even by an uncaught error; the function returned says it is gone or in place. */
export function removeAtExit(path: string): () => void {
  if (paths.size === 0 && !process.listeners('exit').includes(removeAll)) process.on('exit', removeAll)
  paths.add(path)
  return () => paths.delete(path)
}
