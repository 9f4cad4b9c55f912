import {dirname, resolve} from 'node:path'
import {type AcceptedFinding, parseBaseline} from '../../formats/settings/baseline.js'
import {type CheckConfig, parseCheckConfig} from '../../formats/settings/check-config.js'
import {systemReason} from '../../model/evidence/system-error.js'
import {UserError} from '../../model/evidence/user-error.js'
import type {Severity} from '../../model/finding.js'
import {type FindingPolicy, severitiesByCode} from '../../reports/check/policy.js'
import {type AnyRule, isConfigRule} from '../../rules/any-rule.js'
import type {ConfigRule} from '../../rules/config/config-rule.js'
import type {MeshRule} from '../../rules/rule.js'
import {selectRules} from '../../rules/select-rules.js'
import {readSuppression} from '../../rules/suppression.js'
import {readBounded, readInput} from '../../sources/files/read.js'
import {currentFolder} from '../input/current-folder.js'
import {configRules, knownRules} from '../input/known-rules.js'
import {chosenAmong} from './rules-elsewhere.js'

/** The name of the file a team keeps its settings in. */
const CONFIG_FILE = '.meshctl.yaml'

/** The size limit of settings and baselines, which are written by hand. */
const MAX_BYTES = 16 * 1024 * 1024

async function readSettings(path: string): Promise<string> {
  return Buffer.from(await readBounded(path, {maxBytes: MAX_BYTES})).toString('utf8')
}

/**
 * The settings from the named file, else from .meshctl.yaml in the current folder, else none; a baseline path is relative to the file. Where there
 * is no current folder any more, there is no such file in it.
 */
export async function readCheckConfig(named: string | undefined, folder: string | undefined): Promise<CheckConfig> {
  if (named === undefined && folder === undefined) return parseCheckConfig('', CONFIG_FILE)
  const path = named ?? resolve(folder ?? '', CONFIG_FILE)
  let text: string
  try {
    text = await readSettings(path)
  } catch (error) {
    if (named === undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') return parseCheckConfig('', path)
    throw new UserError(`cannot read ${path}: ${systemReason(error)}`)
  }
  const config = parseCheckConfig(text, path)
  return config.baseline === undefined ? config : {...config, baseline: resolve(dirname(path), config.baseline)}
}

/** The findings a baseline accepts; none without one. */
async function readBaseline(path: string | undefined): Promise<readonly AcceptedFinding[]> {
  if (path === undefined) return []
  const bytes = await readInput(path, {maxBytes: MAX_BYTES})
  return parseBaseline(Buffer.from(bytes).toString('utf8'), path)
}

/** The severities and accepted findings of a team; an unknown rule in its settings is an error. */
export async function teamPolicy(config: CheckConfig, baseline: string | undefined): Promise<FindingPolicy> {
  // The many rules about the configuration are loaded only where the settings may name one.
  const named = Object.keys(config.severities).length > 0 || config.rules.length > 0
  const known = [...(await knownRules(config)), ...(named ? await configRules(config) : [])]
  return {
    severities: severitiesByCode(known, config.severities),
    accepted: await readBaseline(baseline ?? config.baseline),
    at: new Date(),
  }
}

/** The rules of check: about workloads, and about the configuration when the whole mesh is checked. */
interface CheckRules {
  readonly rules: readonly MeshRule[]
  readonly configuration: readonly ConfigRule[]
}

/** The rules about workloads that the settings of a team select. */
export async function teamRules(config: CheckConfig): Promise<readonly MeshRule[]> {
  return (await checkRules(config, undefined, undefined, true)).rules
}

/**
 * The rules that the flags, else the settings of the team, select. A rule about the configuration that has an Istio code of one about workloads is
 * left to that one.
 */
async function checkRules(
  config: CheckConfig,
  only: readonly string[] | undefined,
  skip: readonly string[] | undefined,
  everywhere: boolean,
): Promise<CheckRules> {
  const ofWorkloads = await knownRules(config)
  const taken = new Set(ofWorkloads.flatMap(({aliases}) => aliases))
  const ofConfiguration = everywhere
    ? (await configRules(config)).filter(({aliases, optIn}) => optIn !== true && !aliases.some(code => taken.has(code)))
    : []
  const all: readonly AnyRule[] = [...ofWorkloads, ...ofConfiguration]
  const chosen = await chosenAmong(all, {only, skip}, config)
  const selected = selectRules(all, chosen.only, chosen.skip)
  return {
    rules: selected.filter((rule): rule is MeshRule => !isConfigRule(rule)),
    configuration: selected.filter(isConfigRule),
  }
}

/** The flags of check that say which rules count, and how much. */
interface CheckFlags {
  readonly config?: string | undefined
  readonly baseline?: string | undefined
  readonly only?: readonly string[] | undefined
  readonly skip?: readonly string[] | undefined
  readonly suppress?: readonly string[] | undefined
  readonly 'fail-on'?: Severity | undefined
  readonly 'all-namespaces'?: boolean
}

/** The rules, the threshold and the policy that the flags and the settings file ask for; wrong values are errors before anything is read. */
export async function checkSettings(
  flags: CheckFlags,
): Promise<CheckRules & {readonly failOn: Severity; readonly policy: FindingPolicy}> {
  const config = await readCheckConfig(flags.config, currentFolder())
  const rules = await checkRules(config, flags.only, flags.skip, flags['all-namespaces'] === true)
  const policy = await teamPolicy(config, flags.baseline)
  return {
    ...rules,
    failOn: flags['fail-on'] ?? config.failOn ?? 'warning',
    policy: {...policy, suppressions: flags.suppress?.map(readSuppression) ?? []},
  }
}
