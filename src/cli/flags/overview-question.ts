import {Flags} from '@oclif/core'
import type {Severity} from '../../model/finding.js'
import type {OverviewQuestion} from '../../reports/overview/report.js'
import type {Source} from '../../sources/source.js'
import {readCheckConfig, teamPolicy, teamRules} from './check-settings.js'
import {failingSinceMs} from './failing-since.js'

interface OverviewFlags {
  readonly namespace?: string | undefined
  readonly 'all-namespaces'?: boolean | undefined
  readonly istioNamespace: string
  readonly deep?: boolean | undefined
  readonly since?: string | undefined
  readonly config?: string | undefined
  readonly baseline?: string | undefined
}

/** The flags of `report` and `ui` that say what is asked. */
export const overviewFlags = {
  since: Flags.string({
    helpValue: 'DURATION',
    description: 'only failing requests from this period (default: 10m on a live mesh)',
  }),
  deep: Flags.boolean({allowNo: true, description: 'query each pod (default; off with -A on a live cluster)'}),
}

/** The question of `report` and `ui` from their flags and the team's settings in `folder`. */
export async function overviewQuestion(
  flags: OverviewFlags,
  folder: string | undefined,
  version: string,
): Promise<(source: Source) => OverviewQuestion> {
  const config = await readCheckConfig(flags.config, folder)
  const rules = await teamRules(config)
  const policy = await teamPolicy(config, flags.baseline)
  const failOn: Severity = config.failOn ?? 'warning'
  return source => {
    const everywhere = flags['all-namespaces'] === true
    const now = new Date()
    return {
      namespace: everywhere ? undefined : (flags.namespace ?? source.defaultNamespace),
      istioNamespace: flags.istioNamespace,
      deep: flags.deep ?? (!source.traits.live || !everywhere),
      rules,
      policy: {...policy, at: now},
      failOn,
      sinceMs: failingSinceMs(flags.since, source),
      now,
      version,
    }
  }
}
