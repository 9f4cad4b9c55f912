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

declare const BUILD: string

const VERSION_WORDS = ['--version', '-V', '-v']

/** Flags with which a command reads files instead of the cluster. */
const OFFLINE = /^(--from|--file|-f)/

/** The name of the compiled code that a run shares with others: those of the same command, live or not; lines that name none share theirs. */
function codeName(argv: readonly string[], commands: CommandTable): string {
  const named = namedCommand(argv, commands)
  const name = (named === undefined ? undefined : commands[named.name]?.id.replaceAll(':', '-')) ?? 'oclif'
  return argv.some(word => OFFLINE.test(word)) ? `${name}.offline` : name
}

/** Runs one command line of the program whose units lie in `folder` and whose other files lie in `root`. */
export async function start(argv: readonly string[], folder: string, root: string): Promise<void> {
  const {version, hash, commands, main: unit} = JSON.parse(BUILD) as Build
  endOnLostOutput(process.stdout)
  endOnLostOutput(process.stderr)
  if (argv.length === 1 && VERSION_WORDS.includes(argv[0] ?? '')) {
    process.stdout.write(`meshctl (mesh diagnostics) ${version}\n`)
    return
  }
  const scripts = createScripts(folder, codeFolder(hash, process.env), codeName(argv, commands))
  const units = createUnits(scripts.read, require)
  process.once('exit', () => scripts.keep(units.used()))
  const program = units.load(unit) as {readonly main: typeof main}
  await program.main(argv, {root, version, commands, load: units.load})
}
