import {type ChildProcess, type ChildProcessWithoutNullStreams, spawn, spawnSync} from 'node:child_process'

/** Runs a program to its end, with the text as its standard input. */
export function ran(argv: readonly string[], input = ''): {status: number | null; stdout: string; stderr: string} {
  const [program = '', ...args] = argv
  const {status, stdout, stderr} = spawnSync(program, args, {input, encoding: 'utf8'})
  return {status, stdout, stderr}
}

/** The same, but an error unless it succeeds. */
export function must(argv: readonly string[], input = ''): void {
  const {status, stderr} = ran(argv, input)
  if (status !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`)
}

/** A command line that runs in a network namespace. */
export function inside(namespace: string, argv: readonly string[]): readonly string[] {
  return ['ip', 'netns', 'exec', namespace, ...argv]
}

/** Makes two network namespaces, joined by a cable between interfaces eth0, with loopback up. */
export function joinedNamespaces(a: string, b: string): void {
  for (const name of [a, b]) must(['ip', 'netns', 'add', name])
  must(['ip', 'link', 'add', 'eth0', 'netns', a, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', b])
  for (const name of [a, b]) must(inside(name, ['ip', 'link', 'set', 'lo', 'up']))
}

/** Starts a program and waits for its first output; an error when it ends before. */
export async function started(argv: readonly string[], what: string): Promise<ChildProcessWithoutNullStreams> {
  const [program = '', ...args] = argv
  const child = spawn(program, args)
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve())
    child.once('exit', () => reject(new Error(`${what} ended`)))
  })
  return child
}

/** Ends a program, and waits until it is gone. */
export async function gone(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()))
  child.kill(signal)
  await ended
}
