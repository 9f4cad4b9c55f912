import {basename} from 'node:path'
import {pathToFileURL} from 'node:url'
import {own} from '../model/collections/own.js'
import type {UserError} from '../model/evidence/user-error.js'
import {explainError, isRefusedUsage} from './errors.js'
import {applyUserConfig} from './flags/user-config.js'
import {endOnInterrupt} from './output/interrupt.js'
import {endOnUncaught} from './output/last-resort.js'
import {remark, write} from './output/streams.js'
import type {Program} from './program.js'
import {runCommand} from './run.js'
import type {OclifError} from './usage/usage-error.js'

/** The name of the program: kubectl plugins have their own. */
function programName(): string {
  return basename(process.argv[1] ?? '').startsWith('kubectl-') ? 'kubectl mesh' : 'meshctl'
}

/** Short names of topics, so that --help works on them too. */
const TOPICS: Readonly<Record<string, string>> = {pc: 'proxy-config', zc: 'ztunnel-config'}

/** The arguments with a topic's short name expanded, and `help COMMAND` as `COMMAND --help`. */
function spelledOut(argv: readonly string[]): readonly string[] {
  if (argv[0] === 'help') return [...spelledOut(argv.slice(1)), '--help']
  const long = own(TOPICS, argv[0] ?? '')
  return long === undefined ? argv : [long, ...argv.slice(1)]
}

function isHelpAlone(words: readonly string[]): boolean {
  return words.length === 1 && ['--help', '-h'].includes(words[0] ?? '')
}

/** The three lines of a greeting for the name alone, and the program's help for --help alone. */
async function welcome(words: readonly string[], program: Program): Promise<void> {
  const {greeting, programHelp} = await import('./usage/welcome.js')
  const bin = programName()
  await write(process.stdout, words.length === 0 ? greeting(bin) : programHelp(program.root, bin, process.stdout))
}

/** True when a word may be `ns/NAME`. */
function namesNamespace(words: readonly string[]): boolean {
  return words.some(word => /^(?:ns|namespaces?)\//.test(word))
}

/** The command line with leading flags behind the command and `ns/NAME` as a flag; commands are read only where that may be needed. */
async function rewritten(words: readonly string[], root: () => URL): Promise<readonly string[]> {
  const leading = words[0]?.startsWith('-') === true
  if (!leading && !namesNamespace(words)) return words
  const [{namespaceArgument, withLeadingFlagsBehind}, {readSurface}] = await Promise.all([
    import('./usage/argument-forms.js'),
    import('./usage/surface.js'),
  ])
  const surface = readSurface(root())
  return namespaceArgument(leading ? spelledOut(withLeadingFlagsBehind(words, surface)) : words, surface)
}

/** What is wrong with a refused command line; the texts are loaded only for such an error. */
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
    if (words.length === 0 || isHelpAlone(words)) return await welcome(words, program)
    await applyUserConfig(process.env)
    words = await rewritten(words, root)
    await runCommand(words, program, programName())
  } catch (error) {
    const usage = isRefusedUsage(error) ? await refusedUsage(error, words, root()) : undefined
    // The next step of a usage error is a command of its own, not one to be completed with the words typed.
    const {text, exitCode} = explainError(usage ?? error, program.version, debug, usage === undefined ? words : [])
    process.exitCode = exitCode
    if (text !== '') await remark(text)
  }
}
