import {spawnSync} from 'node:child_process'
import {existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import path from 'node:path'
import {channelFrame} from '../../src/wire/channels.js'
import {type RecordedStream, recordedStream} from './recorded-wire.js'

export interface FakeContainer {
  /** Answers the upgrade of an exec: the frames of what ran, or the recorded answer of a runtime that finds no such program. */
  exec(container: string, argv: readonly string[]): Buffer[] | RecordedStream
  /** The commands that were run, each by its first word. */
  readonly ran: readonly string[]
  remove(): void
}

function statusFrame(code: number): Buffer {
  const failure = {status: 'Failure', reason: 'NonZeroExitCode'}
  const causes = [{reason: 'ExitCode', message: String(code)}]
  return channelFrame(
    3,
    Buffer.from(JSON.stringify(code === 0 ? {status: 'Success'} : {...failure, details: {causes}})),
  )
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
    const {stdout, stderr, status} = spawnSync(file, args, {env: {PATH: folder}, maxBuffer: 1 << 26})
    return [channelFrame(1, stdout), channelFrame(2, stderr), statusFrame(status ?? 1)]
  }
  return {exec, ran, remove: () => rmSync(folder, {recursive: true})}
}
