import {Script} from 'node:vm'
import {type CompiledCode, packCode, unpackCode} from './code-file.js'
import type {CodeFolder} from './code-folder.js'

/** Files of units as scripts, compiled already where an earlier run kept that. */
interface Scripts {
  read(file: string): Script
  /** Keeps what is compiled now, if the units in use are more than those of earlier runs. */
  keep(units: readonly string[]): void
}

function kept(cache: CodeFolder, name: string): CompiledCode | undefined {
  const bytes = cache.read(name)
  return bytes === undefined ? undefined : unpackCode(bytes)
}

/** The scripts whose texts `textOf` reads; compiled code is kept under `name`, for V8 keeps of a script only the functions that were used. */
export function createScripts(
  textOf: (file: string) => {readonly text: string; readonly filename: string},
  cache: CodeFolder,
  name: string,
): Scripts {
  const before = kept(cache, name)
  const scripts = new Map<string, Script>()
  return {
    read: file => {
      const {text, filename} = textOf(file)
      const cachedData = before?.code.get(file)
      const script = new Script(text, {filename, ...(cachedData && {cachedData})})
      scripts.set(file, script)
      return script
    },
    keep: units => {
      const known = new Set(before?.units)
      const rejected = [...scripts.values()].some(script => script.cachedDataRejected === true)
      if (!rejected && units.every(unit => known.has(unit))) return
      const code = new Map<string, Uint8Array>(rejected ? [] : before?.code)
      for (const [file, script] of scripts) code.set(file, script.createCachedData())
      cache.write(name, packCode({units: [...new Set([...(rejected ? [] : known), ...units])], code}))
    },
  }
}
