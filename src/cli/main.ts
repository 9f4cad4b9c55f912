import {readFileSync} from 'node:fs'
import {basename} from 'node:path'
import {fileURLToPath} from 'node:url'
import {own} from '../model/own.js'
import {explainError} from './errors.js'
import {endOnInterrupt} from './interrupt.js'
import {endOnLostOutput, endOnUncaught} from './last-resort.js'
import {remark} from './streams.js'

interface Program {
  readonly version: string
  readonly oclif: Readonly<Record<string, unknown>>
}

/** What the program is called: kubectl runs a plugin under its own name. */
function programName(): string {
  return basename(process.argv[1] ?? '').startsWith('kubectl-') ? 'kubectl mesh' : 'meshctl'
}

/** Short names of topics, so that they can be asked for help as well. */
const TOPICS: Readonly<Record<string, string>> = {pc: 'proxy-config'}

/** The words with a topic's short name written out, and `help COMMAND` as `COMMAND --help`. */
function spelledOut(argv: readonly string[]): readonly string[] {
  if (argv[0] === 'help') return [...spelledOut(argv.slice(1)), '--help']
  const long = own(TOPICS, argv[0] ?? '')
  return long === undefined ? argv : [long, ...argv.slice(1)]
}

/** Runs one command line: never throws, never calls exit after output, leaves the code in process.exitCode. */
export async function main(argv: readonly string[], root: URL): Promise<void> {
  endOnLostOutput(process.stdout)
  endOnLostOutput(process.stderr)
  const debug = argv.includes('--debug') || process.env.MESHCTL_DEBUG === '1'
  const program = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as Program
  endOnUncaught(program.version, debug)
  endOnInterrupt()
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    process.stdout.write(`meshctl (mesh diagnostics) ${program.version}\n`)
    return
  }
  try {
    const {runCommand} = await import('./run.js')
    await runCommand(spelledOut(argv), fileURLToPath(root), {...program, oclif: {...program.oclif, bin: programName()}})
  } catch (error) {
    const {text, exitCode} = explainError(error, program.version, debug, argv)
    process.exitCode = exitCode
    if (text !== '') await remark(text)
  }
}
