import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import type {main} from '../main.js'
import {endOnLostOutput} from '../output/lost-output.js'
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

/** Where the program is: in a folder, or within an executable. */
interface Installed {
  /** The text of a file of units, and the name it has in a stack trace. */
  script(file: string): {readonly text: string; readonly filename: string}
  /** The folder with the sample mesh, the runbooks and the manifest; asked for only by what reads them. */
  readonly root: string
  /** Compiled code that came with the program, by the name of a command. */
  code?(name: string): Buffer | undefined
}

/** Runs one command line of the program that is installed there. */
export async function start(argv: readonly string[], installed: Installed): Promise<void> {
  const {version, hash, commands, main: unit} = JSON.parse(BUILD) as Build
  endOnLostOutput(process.stdout)
  endOnLostOutput(process.stderr)
  if (argv.length === 1 && VERSION_WORDS.includes(argv[0] ?? '')) {
    process.stdout.write(`meshctl (mesh diagnostics) ${version}\n`)
    return
  }
  const folder = codeFolder(hash, process.env)
  const cache = {...folder, read: (name: string) => folder.read(name) ?? installed.code?.(name)}
  const scripts = createScripts(installed.script, cache, codeName(argv, commands))
  const units = createUnits(scripts.read, require)
  process.once('exit', () => scripts.keep(units.used()))
  const program = units.load(unit) as {readonly main: typeof main}
  await program.main(argv, {
    get root() {
      return installed.root
    },
    version,
    commands,
    load: units.load,
  })
}

/** Runs one command line of the program that is in files below `root`. */
export async function startInstalled(argv: readonly string[], root: string): Promise<void> {
  const script = (file: string) => {
    const filename = join(root, 'dist', `${file}.js`)
    return {filename, text: readFileSync(filename, 'latin1')}
  }
  await start(argv, {root, script})
}
