import {endOnLostOutput} from '../lost-output.js'
import type {main} from '../main.js'
import {codeFolder} from './code-folder.js'
import {type CommandTable, namedCommand} from './command-name.js'
import {createScripts} from './scripts.js'
import {createUnits} from './units.js'

/** What the build writes into the program about itself. */
interface Build {
  readonly version: string
  /** Changes with every file of the program. */
  readonly hash: string
  readonly commands: CommandTable
  /** The unit with the program's main function. */
  readonly main: string
}

declare const BUILD: Build

const VERSION_WORDS = ['--version', '-V', '-v']

/** The command whose compiled code a run shares; lines that name none share theirs. */
function codeName(argv: readonly string[]): string {
  const named = namedCommand(argv, BUILD.commands)
  return (named === undefined ? undefined : BUILD.commands[named.name]?.id.replaceAll(':', '-')) ?? 'oclif'
}

/** Runs one command line of the program whose units lie in `folder` and whose other files lie in `root`. */
export async function start(argv: readonly string[], folder: string, root: string): Promise<void> {
  endOnLostOutput(process.stdout)
  endOnLostOutput(process.stderr)
  if (argv.length === 1 && VERSION_WORDS.includes(argv[0] ?? '')) {
    process.stdout.write(`meshctl (mesh diagnostics) ${BUILD.version}\n`)
    return
  }
  const scripts = createScripts(folder, codeFolder(BUILD.hash, process.env), codeName(argv))
  const units = createUnits(scripts.read)
  process.once('exit', () => scripts.keep(units.used()))
  const {version, commands} = BUILD
  const program = units.load(BUILD.main) as {readonly main: typeof main}
  await program.main(argv, {root, version, commands, load: units.load})
}
