import {spawnSync} from 'node:child_process'
import {existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import path from 'node:path'
import {type RecordedStream, recordedStream} from './recorded-wire.js'
import {framesOf} from './scripted-cluster.js'

export interface FakeContainer {
  /** Answers the upgrade of an exec: the frames of what ran, or the recorded answer of a runtime that finds no such program. */
  exec(container: string, argv: readonly string[]): Buffer[] | RecordedStream
  /** The commands that were run, each by its first word. */
  readonly ran: readonly string[]
  remove(): void
}

/** A container whose programs are these shell scripts; `sh` is there unless it is left out. Commands really run, with nothing else in reach. */
export function fakeContainer(programs: Readonly<Record<string, string>>, {shell = true} = {}): FakeContainer {
  const folder = mkdtempSync(path.join(tmpdir(), 'meshctl-container-'))
  for (const [name, script] of Object.entries(programs))
    writeFileSync(path.join(folder, name), `#!/bin/sh\n${script}\n`, {mode: 0o755})
  if (shell) symlinkSync('/bin/sh', path.join(folder, 'sh'))
  const ran: string[] = []
  const exec = (_container: string, [program = '', ...args]: readonly string[]) => {
    ran.push(program)
    const file = path.join(folder, program)
    if (!existsSync(file)) return recordedStream('exec-v5-no-binary')
    return framesOf(spawnSync(file, args, {env: {PATH: folder}, maxBuffer: 1 << 26}))
  }
  return {exec, ran, remove: () => rmSync(folder, {recursive: true})}
}
