import {own} from '../../model/collections/own.js'
import {UserError} from '../../model/evidence/user-error.js'
import {nearestNames} from '../../model/text/nearest.js'
import {shellWord} from '../../model/text/shell-word.js'
import {signpostOf} from './signposts.js'
import {commandNamed, type Surface, type SurfaceCommand} from './surface.js'

/** What oclif's parser throws, as far as it is read here (@oclif/core lib/parser/errors.js). */
export interface OclifError extends Error {
  readonly oclif?: {readonly exit?: number}
  readonly code?: string
  /** Names of unknown flags. */
  readonly flags?: readonly string[]
  /** Arguments that are too many, as words, or that are missing, as the command declares them. */
  readonly args?: readonly unknown[]
}

function helpOf(command: SurfaceCommand | undefined): string {
  return `meshctl ${command === undefined ? '' : `${command.words[0]?.join(' ')} `}--help`
}

function quotedList(words: readonly string[]): string {
  const quoted = words.map(word => JSON.stringify(word))
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`
}

function didYouMean(words: readonly string[]): string | undefined {
  return words.length === 0 ? undefined : `Did you mean ${quotedList(words)}?`
}

/** The words of visible commands that are below the words given, full spelling first. */
function wordsBelow(path: readonly string[], {commands}: Surface): readonly string[] {
  const below = commands
    .filter(({hidden}) => !hidden)
    .flatMap(({words}) => words)
    .filter(words => words.length > path.length && path.every((word, at) => words[at] === word))
  return [...new Set(below.map(words => words[path.length] ?? ''))]
}

/** What people mean who name a pod or a Service right behind a topic. */
const USUAL_BELOW: Readonly<Record<string, {readonly pod: string; readonly service: string}>> = {
  describe: {pod: 'pod', service: 'service'},
  'proxy-config': {pod: 'all', service: 'all'},
  'ztunnel-config': {pod: 'all', service: 'all'},
  authz: {pod: 'check', service: 'check'},
}

/** The error for words that name no command: what was meant, the signpost for another tool's word, or what the topic has. */
function unknownCommand(words: readonly string[], surface: Surface, typed: readonly string[]): UserError {
  const named = commandNamed(words, surface)
  if (named !== undefined) {
    const name = named.command.words[0]?.join(' ') ?? ''
    const extra = words[named.used] ?? ''
    const explains = name !== 'explain' && /^[A-Z]{3}\d{4}$/.test(extra)
    return new UserError(`unexpected argument ${JSON.stringify(extra)} for "meshctl ${name}"`, {
      next: explains ? `meshctl explain ${extra}` : helpOf(named.command),
    })
  }
  const signpost = signpostOf(words)
  const depth = words.findIndex((_, at) => wordsBelow(words.slice(0, at + 1), surface).length === 0)
  const path = words.slice(0, Math.max(0, depth))
  const bad = words[path.length] ?? ''
  const message = `unknown command ${JSON.stringify([...path, bad].join(' '))} for "meshctl"`
  if (signpost !== undefined)
    return new UserError(message, {
      hint: `${signpost.why.charAt(0).toUpperCase()}${signpost.why.slice(1)}.`,
      next: `meshctl ${signpost.instead}`,
    })
  const usual = own(USUAL_BELOW, path.join(' '))
  if (usual !== undefined && bad.includes('/')) {
    const below = bad.startsWith('svc/') || bad.startsWith('service/') ? usual.service : usual.pod
    return new UserError(message, {
      hint: didYouMean([[...path, below].join(' ')]),
      next: `meshctl ${[...path, below, ...typed.slice(path.length)].map(shellWord).join(' ')}`,
    })
  }
  const choices = wordsBelow(path, surface)
  if (usual !== undefined && usual.pod !== usual.service && bad !== '' && nearestNames(bad, choices).length === 0)
    return new UserError(message, {
      hint: didYouMean([usual.service, usual.pod].map(below => [...path, below, bad].join(' '))),
      next: `meshctl ${[...path, usual.service, ...typed.slice(path.length)].map(shellWord).join(' ')}`,
    })
  const near = nearestNames(bad, choices).map(word => [...path, word].join(' '))
  const listed =
    path.length === 0
      ? undefined
      : `Use one of ${choices
          .filter(word => word.length > 2)
          .sort()
          .join(', ')}.`
  return new UserError(message, {
    hint: didYouMean(near) ?? listed,
    next:
      near.length === 1 ? `meshctl ${[near[0] ?? '', ...words.slice(path.length + 1)].join(' ')}` : 'meshctl --help',
  })
}

function unknownFlags(flags: readonly string[], command: SurfaceCommand | undefined): UserError {
  const known = (command?.flags ?? []).map(({name}) => `--${name}`)
  const near = flags.flatMap(flag => nearestNames(flag, known, 2))
  return new UserError(`unknown flag: ${flags.join(', ')}`, {hint: didYouMean(near), next: helpOf(command)})
}

/** The arguments that a command misses, by name and choice or meaning. */
function missingArguments(args: readonly unknown[], command: SurfaceCommand | undefined): UserError {
  const names = args.map(arg => {
    const {name, description, options} = arg as {name: string; description?: string; options?: readonly string[]}
    return options === undefined
      ? `${name.toUpperCase()} (${description})`
      : `${name.toUpperCase()}: one of ${options.join(', ')}`
  })
  return new UserError(`missing ${names.length === 1 ? 'argument' : 'arguments'} ${names.join(' and ')}`, {
    next: helpOf(command),
  })
}

/** `Expected --fail-on=critical to be one of: error, warning` as an invalid value, with the nearest one. */
function invalidValue(message: string): {message: string; hint: string} | undefined {
  const [, what = '', list = ''] = /^Expected ([\s\S]*) to be one of: (.*)$/m.exec(message) ?? []
  if (list === '') return undefined
  const [, flag, value = what] = /^(--[\w-]+)=([\s\S]*)$/.exec(what) ?? []
  const options = list.split(', ')
  const near = didYouMean(nearestNames(value, options, 1))
  return {
    message: `invalid value ${JSON.stringify(value)}${flag === undefined ? '' : ` for ${flag}`}`,
    hint: [...(near === undefined ? [] : [near]), `Use one of ${options.join(', ')}.`].join(' '),
  }
}

/** oclif's other messages as one sentence. */
function sentence(message: string): string {
  return message
    .replace(/^Error: /, '')
    .replace(/^The following errors? occurred:\s*/, '')
    .replace(/Parsing (--\S+)\s+/, '$1: ')
    .replace(/(?<!\s)\s*See more help with --help\s*$/, '')
    .replace(/^Missing required flag (\S+)/, 'required flag --$1 not set')
    .replace(/(?<!\s)\s*\n\s+/g, '; ')
}

/** What is wrong with a command line that oclif did not take, and what was probably meant. */
export function usageError(error: OclifError, argv: readonly string[], surface: Surface): UserError {
  if (argv[0]?.startsWith('-')) return new UserError(`no command after ${argv.join(' ')}`, {next: 'meshctl --help'})
  const words = argv.filter(word => !word.startsWith('-'))
  const command = commandNamed(words, surface)?.command
  const [, id] = /^(?:Error: )?[Cc]ommand (\S+) not found/.exec(error.message) ?? []
  if (id !== undefined) return unknownCommand(id.split(':'), surface, argv)
  if (error.flags !== undefined && error.flags.length > 0) return unknownFlags(error.flags, command)
  if (/^Missing \d+ required arg/.test(error.message)) return missingArguments(error.args ?? [], command)
  if (error.args !== undefined && error.args.length > 0)
    return new UserError(`unexpected argument ${JSON.stringify(String(error.args[0]))}`, {next: helpOf(command)})
  const value = invalidValue(error.message)
  if (value !== undefined) return new UserError(value.message, {hint: value.hint, next: helpOf(command)})
  return new UserError(sentence(error.message), {next: helpOf(command)})
}
