import {basename} from 'node:path'
import {pathToFileURL} from 'node:url'
import {own} from '../model/own.js'
import type {UserError} from '../model/user-error.js'
import {explainError, isRefusedUsage} from './errors.js'
import {endOnInterrupt} from './interrupt.js'
import {endOnUncaught} from './last-resort.js'
import type {Program} from './program.js'
import {runCommand} from './run.js'
import {remark} from './streams.js'
import type {OclifError} from './usage/usage-error.js'

/** The name of the program: kubectl plugins have their own. */
function programName(): string {
  return basename(process.argv[1] ?? '').startsWith('kubectl-') ? 'kubectl mesh' : 'meshctl'
}

/** Short names of topics, so that --help works on them too. */
const TOPICS: Readonly<Record<string, string>> = {pc: 'proxy-config'}

/** The arguments with a topic's short name expanded, and `help COMMAND` as `COMMAND --help`. */
function spelledOut(argv: readonly string[]): readonly string[] {
  if (argv[0] === 'help') return [...spelledOut(argv.slice(1)), '--help']
  const long = own(TOPICS, argv[0] ?? '')
  return long === undefined ? argv : [long, ...argv.slice(1)]
}

/** What is wrong with a refused command line; what words it is loaded for such an error only. */
async function refusedUsage(error: OclifError, words: readonly string[], root: URL): Promise<UserError> {
  const [{usageError}, {readSurface}] = await Promise.all([
    import('./usage/usage-error.js'),
    import('./usage/surface.js'),
  ])
  return usageError(error, words, readSurface(root))
}

/** Runs one command line of the program: never throws, never calls exit after output, sets process.exitCode. */
export async function main(argv: readonly string[], program: Program): Promise<void> {
  const debug = argv.includes('--debug') || process.env.MESHCTL_DEBUG === '1'
  endOnUncaught(program.version, debug)
  endOnInterrupt()
  const root = () => pathToFileURL(`${program.root}/`)
  let words = spelledOut(argv)
  try {
    if (words[0]?.startsWith('-')) {
      const [{withLeadingFlagsBehind}, {readSurface}] = await Promise.all([
        import('./usage/leading-flags.js'),
        import('./usage/surface.js'),
      ])
      words = spelledOut(withLeadingFlagsBehind(words, readSurface(root())))
    }
    await runCommand(words, program, programName())
  } catch (error) {
    const usage = isRefusedUsage(error) ? await refusedUsage(error, words, root()) : undefined
    // The next step of a usage error is a command of its own, not one to be completed with the words typed.
    const {text, exitCode} = explainError(usage ?? error, program.version, debug, usage === undefined ? words : [])
    process.exitCode = exitCode
    if (text !== '') await remark(text)
  }
}
