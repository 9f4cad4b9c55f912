import {readInspect} from '../../formats/containers/inspect.js'
import {type Answer, answered, missing} from '../../model/evidence/answer.js'
import type {ContainerFacts} from '../../model/kube/container-facts.js'
import type {ExecOutcome} from '../exec-answer.js'
import {run} from '../host/run.js'

const MIB = 1024 * 1024
/** A description of a container has about 10 kB; a machine with more containers than this is asked in parts. */
const AT_ONCE = 200
const MAX_CONTAINERS = 5000

/** The command-line program of a container engine; each call is one of its read-only commands. */
export type Engine = 'docker' | 'podman'

function whyFailed({stderr, exitCode}: ExecOutcome): string {
  return stderr.trim().split('\n')[0] || `exit code ${exitCode ?? 'none'}`
}

/** Every container the engine has, running or not. */
export async function containersOf(engine: Engine): Promise<Answer<readonly ContainerFacts[]>> {
  const what = `the containers of ${engine}`
  const list = await run([engine, 'ps', '-a', '-q', '--no-trunc'], MIB)
  if (list.exitCode !== 0) return missing(what, 'unreachable', whyFailed(list))
  const ids = Buffer.from(list.stdout)
    .toString('utf8')
    .split('\n')
    .filter(id => /^[0-9a-f]{64}$/.test(id))
    .slice(0, MAX_CONTAINERS)
  const found: ContainerFacts[] = []
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const outcome = await run([engine, 'inspect', '--type', 'container', ...ids.slice(at, at + AT_ONCE)], 64 * MIB)
    // A container that was removed meanwhile makes the whole call fail, though the others are printed.
    const read = parsed(outcome.stdout)
    if (read === undefined) return missing(what, 'failed', whyFailed(outcome))
    found.push(...read)
  }
  return answered(found)
}

function parsed(bytes: Uint8Array): readonly ContainerFacts[] | undefined {
  try {
    return readInspect(JSON.parse(Buffer.from(bytes).toString('utf8')))
  } catch {
    return undefined
  }
}

/** Runs a command in a container, without a terminal. */
export async function execIn(
  engine: Engine,
  container: string,
  argv: readonly string[],
  maxBytes: number,
): Promise<ExecOutcome> {
  return {...(await run([engine, 'exec', container, ...argv], maxBytes)), argv}
}

/** The last lines of a container's log, both streams. */
export async function logOf(engine: Engine, container: string, lines: number, maxBytes: number): Promise<ExecOutcome> {
  return await run([engine, 'logs', '--tail', String(lines), container], maxBytes, {merged: true})
}

/** The processes of a container as its engine lists them. */
export async function topOf(engine: Engine, container: string): Promise<ExecOutcome> {
  return await run([engine, 'top', container, '-eo', 'pid,ppid,uid,args'], 4 * MIB)
}
