import {definedFields} from '../../../model/collections/defined-fields.js'
import type {Ruleset, RulesMessage, RulesReading} from '../../../model/kernel/ruleset.js'
import {firstSign, SETUP_CAUSES, type SetupCause} from './signs.js'

/** What a log says went wrong while rules were set up, and what that means for the rules beside it. */
export interface SetupFailure {
  readonly cause: SetupCause
  /** `not-applied`: the rules in the text are only what was wanted; `earlier-run`: they are in the kernel, and an earlier run put them there. */
  readonly rules: 'not-applied' | 'earlier-run'
  /** The program that failed, such as istio-init. */
  readonly program: string
  readonly why: string
  readonly fix: string
  /** The line of the log that says so, and the command before it where that is known. */
  readonly line: number
  readonly text: string
  readonly command?: string
}

const ASKED: ReadonlySet<Ruleset['form']> = new Set<Ruleset['form']>(['restore', 'trace', 'nft-script'])

/** Commands that remove, test or print rules: what they say went wrong does not keep rules from being made. */
const HARMLESS =
  /(?:\s-(?:D|F|X|C|Z|S|L|nL|vnL|nvL|E)(?:\s|$))|--(?:list|check|delete|flush)|-save\b|\blist\s|\bdelete\s|\bflush\s|--version/
const READS = /^(?:\S*\/)?(?:ip6?tables(?:-nft|-legacy)?-save|cat|ls)\b(?! v\d)/
/** Lines that mention an error without being one: old releases continue after them, or name the flag of a help text. */
const NO_FAILURE = /bug compatibility|^Try `|\|\| true|iptables-legacy tables present|ignor(ed|ing) error|^# Warning/i
/** Refusals of the program itself, which no command before them caused. */
const OWN_WORDS = /skipping iptables setup|aborting firewall configuration|^panic: |^Error: exit status [1-9]/i
/** What only a program says that was to set up rules. */
const ABANDONED = /skipping iptables setup|aborting firewall configuration/i
/** What iptables says of a chain or rule that is to be removed and is not there. */
const ABSENT =
  /No chain\/target\/match by that name|does a matching rule exist in that chain|Couldn't load target [`']?(?:ztunnel|ISTIO)/
const PASSED = /Validation passed|iptables rules established|validation succeeded/i
const BAD: ReadonlySet<string> = new Set(['error', 'fatal', 'panic', 'dpanic', 'critical'])

/** A warning about something to remove: the program went on, as istio-cni does that cleans up before it sets rules up (1.18 to 1.20). */
function isCleanUp({level, text}: RulesMessage): boolean {
  return (level === 'warn' || level === 'warning') && (ABSENT.test(text) || HARMLESS.test(text))
}

interface Said extends RulesMessage {
  readonly after?: string
}

/** What was said, each with the command that precedes it. */
function saidIn(messages: readonly RulesMessage[]): readonly Said[] {
  let after: string | undefined
  const said: Said[] = []
  for (const message of messages) {
    if (message.command === true) after = message.text
    else said.push({...message, after})
  }
  return said
}

function chainsOf(rulesets: readonly Ruleset[]): ReadonlySet<string> {
  return new Set(
    rulesets.flatMap(({tables}) =>
      tables.flatMap(({name, chains}) =>
        chains.filter(({hook}) => hook === undefined).map(chain => `${name}/${chain.name}`),
      ),
    ),
  )
}

/** A state of the kernel in the text: all rulesets but those that were only asked for. */
function loaded({rulesets}: RulesReading): readonly Ruleset[] {
  return rulesets.filter(({form}) => !ASKED.has(form))
}

function asked({rulesets, requested}: RulesReading): readonly Ruleset[] {
  return [...requested, ...rulesets.filter(({form}) => ASKED.has(form))]
}

/** True when the state of the kernel printed in the text has every chain that was to be made. */
function isInPlace(reading: RulesReading, messages: readonly RulesMessage[]): boolean {
  const made = messages.flatMap(({text}) => {
    const found = /(?:^|\s)(?:-t|--table)[ =](\w+)\s.*(?:-N|--new-chain)\s+(\S+)/.exec(text)
    return found === null ? [] : [`${found[1]}/${found[2]}`]
  })
  const wanted = new Set([...chainsOf(asked(reading)), ...made])
  const there = chainsOf(loaded(reading))
  return wanted.size > 0 && [...wanted].every(chain => there.has(chain))
}

function lastLine(rulesets: readonly Ruleset[]): number {
  const lines = rulesets.flatMap(({tables}) =>
    tables.flatMap(({chains}) => chains.flatMap(({rules}) => rules.map(({line}) => line))),
  )
  return lines.reduce((latest, line) => Math.max(latest, line), 0)
}

const PROGRAMS: readonly (readonly [RegExp, string])[] = [
  [/linkerd-cni/i, 'linkerd-cni'],
  [/linkerd-network-validator|linkerd_network_validator/i, 'linkerd-network-validator'],
  [/PROXY_INIT_|linkerd|proxy-init|skipping iptables setup|aborting firewall configuration/i, 'linkerd-init'],
  [/KUMA_|kuma|MESH_INBOUND/i, 'kuma-init'],
  [/CONSUL_|consul/i, 'the setup of Consul'],
  [/\bosm\b|PROXY_INBOUND|PROXY_OUTPUT/i, 'osm-init'],
]

function programOf(reading: RulesReading, cause: SetupCause, texts: readonly string[]): string {
  const names = [...chainsOf([...reading.rulesets, ...reading.requested])].join(' ')
  const all = `${names} ${texts.slice(0, 300).join(' ')}`
  const known = PROGRAMS.find(([pattern]) => pattern.test(all))?.[1]
  if (known !== undefined) return known
  if (cause === 'validation') return 'istio-validation'
  if (/ISTIO_PRERT|in-?pod|istio-cni|ztunnel|nsenter failed|iptables configuration for /i.test(all)) return 'istio-cni'
  const istio = /ISTIO_|istio|Running command/i.test(all) || Object.hasOwn(reading.parameters, 'PROXY_PORT')
  return istio ? 'istio-init' : 'the program that set up rules'
}

/** What iptables-restore says of itself when it does not take its input: `iptables-restore v1.8.7 (legacy): ...`, `iptables-restore: line 2 failed`. */
const REFUSED_RESTORE = /^(ip6?)tables(?:-nft|-legacy)?-restore(?: v\d\S*(?: \(\w+\))?)?: /

/** True for a text in which rules were being made, and not only printed. */
export function isSetup(reading: RulesReading): boolean {
  return (
    asked(reading).length > 0 ||
    Object.keys(reading.parameters).length > 0 ||
    reading.messages.some(
      ({text, command}) =>
        (command === true && /-restore\b|\s-[AIN]\s|nft -f/.test(text)) ||
        REFUSED_RESTORE.test(text) ||
        ABANDONED.test(text),
    )
  )
}

/** Failures that stand for themselves, whether or not rules are in the text. */
const ALONE: ReadonlySet<SetupCause> = new Set<SetupCause>(['second-run', 'validation', 'unknown'])

interface Found {
  readonly cause: SetupCause
  readonly at: Said
}

function causeIn(said: readonly Said[]): Found | undefined {
  const found = firstSign(said.map(({text}) => text))
  const at = found === undefined ? undefined : said[found.index]
  return found === undefined || at === undefined ? undefined : {cause: found.sign.cause, at}
}

/**
 * The error that decides: none after a command that removes, tests or prints rules, unless the program itself ended with an error and nothing else
 * says why.
 */
function decidingError(reading: RulesReading): Found | undefined {
  const all = saidIn(reading.messages).filter(
    message => !NO_FAILURE.test(message.text) && !READS.test(message.text) && !isCleanUp(message),
  )
  const found = causeIn(
    all.filter(({text, after}) => after === undefined || OWN_WORDS.test(text) || !HARMLESS.test(after)),
  )
  if (found?.cause !== 'unknown') return found
  const closer = causeIn(all)
  return closer === undefined || closer.cause === 'unknown' ? found : closer
}

/** True when the line of its input that iptables-restore refused makes a chain: `* TABLE` is the first, and the chains follow it. */
function refusedChain(reading: RulesReading, text: string): boolean {
  const line = /(?:line |at line: )(\d{1,4})\b/.exec(text)?.[1]
  const [first] = asked(reading)
  const made = first?.tables[0]?.chains.filter(({hook}) => hook === undefined).length ?? 0
  return line !== undefined && Number(line) >= 2 && Number(line) <= made + 1
}

/**
 * True when iptables-restore refused its input because an earlier run had made the chains. It applies a table as a whole or not at all
 * (iptables-restore(8)), so chains that are there after a refusal, or that it could not make, or a route that was there, are of that run.
 */
function isSecondRun(reading: RulesReading, {cause, at}: Found): boolean {
  const family = REFUSED_RESTORE.exec(at.text)?.[1]
  if (cause !== 'rejected' || family === undefined) return false
  const again = reading.messages.some(
    ({line, text, command}) => command === true && line > at.line && /-restore\b/.test(text),
  )
  const state = loaded(reading).filter(each => each.family === family)
  if (!again && state.length > 0 && isInPlace(reading, reading.messages) && lastLine(state) > at.line) return true
  return (
    refusedChain(reading, at.text) || reading.messages.some(({text}) => /^RTNETLINK answers: File exists/.test(text))
  )
}

/**
 * What went wrong while the rules of this text were set up; undefined when nothing did. An error after which the kernel holds every chain that was
 * to be made is none.
 */
export function setupFailure(reading: RulesReading): SetupFailure | undefined {
  const found = decidingError(reading)
  if (found === undefined) return undefined
  const {at} = found
  const cause = isSecondRun(reading, found) ? 'second-run' : found.cause
  const texts = reading.messages.map(({text}) => text)
  const alone = ALONE.has(cause) || BAD.has(at.level ?? '') || causeIn(reading.messages.filter(isEnd)) !== undefined
  if (!isSetup(reading) && !alone) return undefined
  if (cause === 'validation' && texts.some(text => PASSED.test(text))) return undefined
  const state = loaded(reading)
  const inPlace = isInPlace(reading, reading.messages)
  if (cause !== 'second-run' && inPlace && lastLine(state) > at.line) return undefined
  const rules = cause === 'second-run' && (inPlace || chainsOf(state).size > 0) ? 'earlier-run' : 'not-applied'
  const {cause: why, fix} = SETUP_CAUSES[cause]
  return {
    cause,
    rules,
    program: programOf(reading, cause, texts),
    why,
    fix,
    line: at.line,
    text: at.text,
    ...definedFields({command: at.after}),
  }
}

/** Lines by which a program ends with an error. */
function isEnd({text, command}: RulesMessage): boolean {
  return command !== true && /^(Error: |panic: )|exit status [1-9]|\bfail(ed|ure)\b/i.test(text)
}

/** The sentence for rules that a failed setup leaves undecided. */
export function notApplied({program, line}: SetupFailure): string {
  return `${program} failed (line ${line}): these rules were not applied`
}
