import {definedFields} from '../../model/collections/defined-fields.js'
import {UserError} from '../../model/evidence/user-error.js'
import {parseIstioVersion} from '../../model/istio/istio-version.js'
import {commaList} from '../../model/text/comma-list.js'
import {type PrecheckOptions, STANDING_RULES} from '../../reports/analyze/precheck.js'
import type {ConfigRule} from '../../rules/config/config-rule.js'
import {rule as gatewayCrdOld} from '../../rules/config/gateway-crd-old/rule.js'
import {selectRules} from '../../rules/select-rules.js'
import {UPGRADE_RULES} from '../../rules/upgrade/registry.js'
import {FIRST_RELEASE, LAST_RELEASE, type UpgradeRule} from '../../rules/upgrade/upgrade-rule.js'
import {analyzeSeverity} from '../flags/analyze-settings.js'
import {readCheckConfig, teamPolicy} from '../flags/check-settings.js'
import {currentFolder} from '../input/current-folder.js'

/** Every rule of precheck. */
const PRECHECK_RULES: readonly (UpgradeRule | ConfigRule)[] = [...UPGRADE_RULES, ...STANDING_RULES, gatewayCrdOld]

/** Reads `1.30` or `1.30.2` as a minor version of Istio 1.x; anything else is an error that shows the form. */
function readRelease(flag: string, text: string): number {
  const version = parseIstioVersion(text)
  if (version === undefined || version.major !== 1)
    throw new UserError(`invalid --${flag} ${JSON.stringify(text)}`, {hint: `Use a release such as 1.${LAST_RELEASE}.`})
  return version.minor
}

/** The release of --target, which must be one whose notes are known. */
function readTarget(text: string): number {
  const minor = readRelease('target', text)
  if (minor >= FIRST_RELEASE && minor <= LAST_RELEASE) return minor
  throw new UserError(`the changes up to Istio 1.${minor} are not known`, {
    hint: `Known targets: 1.${FIRST_RELEASE} to 1.${LAST_RELEASE}.`,
  })
}

/** The flags of precheck that say what is asked. */
interface PrecheckFlags {
  readonly target: string
  readonly 'from-version'?: string | undefined
  readonly only?: readonly string[] | undefined
  readonly skip?: readonly string[] | undefined
  readonly 'fail-on'?: string | undefined
  readonly 'output-threshold'?: string | undefined
  readonly config?: string | undefined
  readonly baseline?: string | undefined
}

/** The rules, releases and thresholds the flags ask for; wrong values are errors before anything is read. */
export async function precheckSettings(
  flags: PrecheckFlags,
): Promise<Pick<PrecheckOptions, 'rules' | 'chosen' | 'failOn' | 'showFrom' | 'policy' | 'target' | 'from'>> {
  const config = await readCheckConfig(flags.config, currentFolder())
  const from = flags['from-version']
  return {
    target: readTarget(flags.target),
    ...definedFields({from: from === undefined ? undefined : readRelease('from-version', from)}),
    rules: selectRules(PRECHECK_RULES, flags.only, flags.skip),
    chosen: (flags.only ?? []).flatMap(commaList).length > 0,
    failOn: analyzeSeverity('fail-on', flags['fail-on'], config.failOn ?? 'warning'),
    showFrom: analyzeSeverity('output-threshold', flags['output-threshold'], 'info'),
    policy: await teamPolicy(config, flags.baseline),
  }
}
