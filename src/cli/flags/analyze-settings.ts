import {stat} from 'node:fs/promises'
import {join} from 'node:path'
import type {CheckConfig} from '../../formats/settings/check-config.js'
import {UserError} from '../../model/evidence/user-error.js'
import type {Severity} from '../../model/finding.js'
import {commaList} from '../../model/text/comma-list.js'
import type {SettingsFile} from '../../reports/analyze/report.js'
import type {ConfigRule} from '../../rules/config/config-rule.js'
import {istioAnalyzer, kindsOfAnalyzer} from '../../rules/config/istio-codes.js'
import {matchesRuleName} from '../../rules/select-rules.js'
import {readInput} from '../../sources/files/read.js'

/** The kinds about which a name means a rule: all of them for its own names, for an analyzer of istioctl those it covers. */
function namedKinds(rule: ConfigRule, name: string): readonly string[] {
  if (matchesRuleName(rule, name)) return rule.kinds
  const analyzer = istioAnalyzer(name)
  return analyzer === undefined ? [] : kindsOfAnalyzer(rule, analyzer)
}

/** True when the name means the rule, or its part about some kinds. */
function isNamed(rule: ConfigRule, name: string): boolean {
  return namedKinds(rule, name).length > 0
}

/** The kinds about which any of the names means the rule. */
function kindsNamed(rule: ConfigRule, names: readonly string[]): readonly string[] {
  return [...new Set(names.flatMap(name => namedKinds(rule, name)))]
}

/** The rule about these of its kinds only. */
function limitedTo(rule: ConfigRule, kinds: readonly string[]): ConfigRule {
  if (kinds.length === rule.kinds.length) return rule
  return {...rule, kinds, check: set => rule.check(set).filter(({object}) => kinds.includes(object.kind))}
}

/** The rules named with --analyzer, --only and --skip: names of istioctl's analyzers, codes and names of rules; an unknown one is an error. */
export function analyzeRules(
  all: readonly ConfigRule[],
  wanted: readonly string[] | undefined,
  unwanted: readonly string[] | undefined,
  team: Pick<CheckConfig, 'only' | 'skip'> = {},
): readonly ConfigRule[] {
  // Names in the settings of a team may be those of rules about workloads.
  const ours = (names: readonly string[] | undefined) => names?.filter(name => all.some(rule => isNamed(rule, name)))
  const only = (wanted ?? ours(team.only) ?? []).flatMap(commaList)
  const skip = (unwanted ?? ours(team.skip) ?? []).flatMap(commaList)
  const unknown = [...only, ...skip].find(
    name => istioAnalyzer(name) === undefined && !all.some(rule => isNamed(rule, name)),
  )
  if (unknown !== undefined)
    throw new UserError(`unknown analyzer or rule ${JSON.stringify(unknown)}`, {
      next: 'meshctl analyze -L   # lists them',
    })
  return all.flatMap(rule => {
    const chosen = only.length === 0 ? (rule.optIn === true ? [] : rule.kinds) : kindsNamed(rule, only)
    const dropped = kindsNamed(rule, skip)
    const left = chosen.filter(kind => !dropped.includes(kind))
    return left.length === 0 ? [] : limitedTo(rule, left)
  })
}

const LEVELS: readonly Severity[] = ['info', 'warning', 'error']

/** A level in any case; anything else is an error that lists them. */
export function analyzeSeverity(flag: string, text: string | undefined, usual: Severity): Severity {
  if (text === undefined) return usual
  const found = LEVELS.find(level => level === text.toLowerCase())
  if (found === undefined)
    throw new UserError(`--${flag} ${JSON.stringify(text)} is not a level`, {hint: 'Use Info, Warning or Error.'})
  return found
}

/** The text of a settings file; undefined when none is named. */
export async function settingsFile(path: string | undefined): Promise<SettingsFile | undefined> {
  if (path === undefined) return undefined
  return {file: path, text: Buffer.from(await readInput(path)).toString('utf8')}
}

/** `NAME=DIR` of --cluster; anything else is an error that shows the form. */
export function clusterFiles(text: string): {readonly cluster: string; readonly path: string} {
  const equals = text.indexOf('=')
  if (equals <= 0 || equals === text.length - 1)
    throw new UserError(`invalid --cluster ${JSON.stringify(text)}`, {
      hint: 'Use NAME=DIR, such as --cluster east=./east.',
    })
  return {cluster: text.slice(0, equals), path: text.slice(equals + 1)}
}

/** True for a folder that is a bundle, which is a source by itself. */
export async function isBundleFolder(path: string): Promise<boolean> {
  return (await stat(join(path, 'bundle.json')).catch(() => undefined))?.isFile() === true
}
