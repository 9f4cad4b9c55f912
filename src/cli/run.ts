import {commandClass} from './command-class.js'
import {namedCommand} from './launch/command-name.js'
import {type ManifestCommand, readManifest} from './manifest.js'
import type {Program} from './program.js'

/** What commands use of oclif's Config: it takes longer to make than most commands take to answer. */
interface RunConfig {
  readonly root: string
  readonly version: string
  readonly bin: string
  readonly userAgent: string
  readonly topicSeparator: string
  /** Every command, as the manifest describes it. */
  readonly commands: readonly ManifestCommand[]
  runHook(): Promise<{readonly successes: readonly []; readonly failures: readonly []}>
  runCommand(id: string, argv: readonly string[]): Promise<unknown>
  scopedEnvVarKeys(): readonly string[]
}

function runConfig(program: Program, bin: string): RunConfig {
  return {
    root: program.root,
    version: program.version,
    bin,
    userAgent: `meshctl/${program.version}`,
    topicSeparator: ' ',
    get commands() {
      return Object.values(readManifest(program.root).commands)
    },
    runHook: async () => ({successes: [], failures: []}),
    runCommand: async (id, argv) => await runNamed(program, bin, id, argv),
    scopedEnvVarKeys: () => [],
  }
}

async function runNamed(program: Program, bin: string, name: string, argv: readonly string[]): Promise<unknown> {
  const found = commandClass(program, name)
  if (found === undefined) throw new Error(`command ${name} not found`)
  return await new found([...argv], runConfig(program, bin))._run()
}

/** Runs the command that the line names; help, and a line that names none, are oclif's. Errors are thrown to the caller. */
export async function runCommand(argv: readonly string[], program: Program, bin: string): Promise<void> {
  const named = namedCommand(argv, program.commands)
  if (named !== undefined) {
    await runNamed(program, bin, named.name, argv.slice(named.words))
    return
  }
  const {runOclif} = await import('./run-oclif.js')
  await runOclif(argv, program, bin)
}
