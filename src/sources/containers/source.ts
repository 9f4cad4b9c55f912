import {readFile, readlink} from 'node:fs/promises'
import {containerGroups, groupOf} from '../../formats/containers/groups.js'
import {podNames, podOfContainers} from '../../formats/containers/pod-of-containers.js'
import {answered, gapSentence} from '../../model/evidence/answer.js'
import {UserError} from '../../model/evidence/user-error.js'
import type {ContainerFacts, ContainerGroup} from '../../model/kube/container-facts.js'
import {nearestNames} from '../../model/text/nearest.js'
import {methodFor} from '../admin-method.js'
import {type ExecOutcome, succeeded} from '../exec-answer.js'
import {fetchCommand} from '../host/fetch.js'
import {processesIn} from '../host/processes.js'
import {run} from '../host/run.js'
import {hostSource} from '../host/source.js'
import {LIMITS} from '../limits.js'
import type {Source} from '../source.js'
import {containersOf, type Engine, execIn, logOf, topOf} from './engine.js'

/** Names of containers (Docker Engine API: `[a-zA-Z0-9][a-zA-Z0-9_.-]+`), and ids. */
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,254}$/

function running({containers}: ContainerGroup): readonly ContainerFacts[] {
  return containers.filter(({status}) => status?.running === true)
}

/** The process id of a container when it runs on this machine and its network namespace may be entered: its cgroup bears its id (cgroups(7)). */
async function localPid(group: ContainerGroup): Promise<number | undefined> {
  for (const {id = '?', status} of running(group)) {
    const pid = status?.pid
    if (pid === undefined) continue
    const cgroup = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '')
    if (cgroup.includes(id) && (await readlink(`/proc/${pid}/ns/net`).catch(() => undefined)) !== undefined) return pid
  }
  return undefined
}

/** Tries a command in each running container of the group until one succeeds: tools and privileges differ from image to image. */
async function inAny(
  engine: Engine,
  group: ContainerGroup,
  argv: readonly string[],
  maxBytes: number,
): Promise<ExecOutcome> {
  let last: ExecOutcome = {
    argv,
    stdout: new Uint8Array(),
    stderr: 'no container of the group is running',
    exitCode: undefined,
  }
  for (const {name} of running(group)) {
    last = await execIn(engine, name, argv, maxBytes)
    if (succeeded(last)) return last
  }
  return last
}

/** What can read a page from inside a container, with the tools proxy images have. */
function fetchers(port: number, path: string): readonly (readonly string[])[] {
  const url = `http://127.0.0.1:${port}/${path}`
  const method = methodFor(path)
  return [
    ['pilot-agent', 'request', method, path],
    ['curl', '-fsS', '--max-time', '10', '-X', method, url],
    ['wget', '-q', '-T', '10', '-O', '-', ...(method === 'POST' ? ['--post-data='] : []), url],
  ]
}

async function fetchInAny(engine: Engine, group: ContainerGroup, port: number, path: string, maxBytes: number) {
  let last: ExecOutcome | undefined
  for (const argv of fetchers(port, path)) {
    last = await inAny(engine, group, argv, maxBytes)
    if (succeeded(last)) return last
  }
  return last ?? (await inAny(engine, group, ['true'], 1))
}

/** Lists of each container one after the other, each under its own header. */
async function topOfAll(engine: Engine, group: ContainerGroup): Promise<ExecOutcome> {
  const outcomes = await Promise.all(running(group).map(({name}) => topOf(engine, name)))
  const good = outcomes.filter(succeeded)
  const [failed] = outcomes
  if (good.length === 0)
    return failed ?? {argv: [engine, 'top'], stdout: new Uint8Array(), stderr: 'no container is running', exitCode: 1}
  return {
    argv: [engine, 'top'],
    stdout: Buffer.concat(good.map(({stdout}) => Buffer.from(stdout))),
    stderr: '',
    exitCode: 0,
  }
}

function notFound(engine: Engine, name: string, all: readonly ContainerFacts[]): UserError {
  const names = all.map(each => each.name)
  const near = nearestNames(name, names)
  return new UserError(`${engine} has no container "${name}"`, {
    hint: near.length > 0 ? `Did you mean ${near.join(', ')}?` : `It has ${names.slice(0, 8).join(', ') || 'none'}.`,
    next: near[0] === undefined ? `${engine} ps -a` : undefined,
    correction: near[0] === undefined ? undefined : {typed: `${engine}:${name}`, instead: `${engine}:${near[0]}`},
  })
}

/**
 * A source for the containers that share one network namespace, named by any of them. Commands run in the namespace from outside when the engine is on
 * this machine and permits it, else in whichever container has the tool. Nothing is changed and no container is started.
 */
export async function containerSource(engine: Engine, name: string, adminPort: number): Promise<Source> {
  if (!NAME.test(name))
    throw new UserError(`${engine}:${name}: not the name or id of a container`, {next: `${engine} ps -a`})
  const all = await containersOf(engine)
  if (!all.ok) throw new UserError(gapSentence(all.gap), {next: `${engine} ps -a`})
  const group = groupOf(all.value, name)
  if (group === undefined) throw notFound(engine, name, all.value)
  const label = `${engine} ${group.name}`
  const pid = await localPid(group)
  const namesInPod = podNames(group)
  const containerOf = (cgroup: string) => group.containers.find(({id}) => id !== undefined && cgroup.includes(id))?.name
  const inside = (argv: readonly string[], maxBytes: number) =>
    pid === undefined
      ? inAny(engine, group, argv, maxBytes)
      : run(['nsenter', `--net=/proc/${pid}/ns/net`, '--', ...argv], maxBytes)
  const source = hostSource(
    {
      kind: engine,
      label,
      run: inside,
      get: (port, path, maxBytes) =>
        pid === undefined
          ? fetchInAny(engine, group, port, path, maxBytes)
          : inside(fetchCommand(port, path), maxBytes),
      processes: async () =>
        pid === undefined
          ? await topOfAll(engine, group)
          : await processesIn(await readlink(`/proc/${pid}/ns/net`), containerOf),
      log: async (part, maxBytes) => {
        const container = namesInPod.get(part)
        return container === undefined ? undefined : await logOf(engine, container.name, LIMITS.logLines, maxBytes)
      },
      pod: async () => answered(podOfContainers('container group', group)),
    },
    adminPort,
  )
  const others = containerGroups(all.value).length - 1
  const members = group.containers.map(each => each.name).join(', ')
  const stopped = running(group).length === 0 ? '; none of them is running' : ''
  return {
    ...source,
    remarks: [
      `network namespace of ${group.name}: ${members}${stopped}${others > 0 ? ` (${others} more on this engine)` : ''}`,
    ],
  }
}
