import {Flags} from '@oclif/core'
import {PROXY_CONFIG_NEEDS} from '../../src/cli/command-needs.js'
import {podArgument} from '../../src/cli/flags/args.js'
import {changeLevels} from '../../src/cli/flags/change-levels.js'
import {durationMs} from '../../src/cli/flags/flags.js'
import {proxyConfigAliases, proxyConfigFlags, proxyConfigHidden} from '../../src/cli/flags/proxy-config-flags.js'
import {MeshCommand} from '../../src/cli/mesh-command.js'
import {example} from '../../src/cli/usage/example.js'
import {UserError} from '../../src/model/evidence/user-error.js'
import {changesOf, meshDefault, parseLevelChange} from '../../src/reports/log-levels/change.js'
import {logLevelReport} from '../../src/reports/log-levels/report.js'
import {logLevelsView} from '../../src/reports/log-levels/view.js'
import {formsOf} from '../../src/reports/view.js'

export default class ProxyConfigLog extends MeshCommand {
  static override summary = 'Show or set the log levels of Envoy'
  static override aliases = proxyConfigAliases('log', 'o')
  static override hiddenAliases = proxyConfigHidden('o')
  static override examples = [
    example('Show the log levels of a proxy', 'proxy-config log deploy/reviews-v1 -n demo'),
    example(
      'Change two of them for five minutes',
      'proxy-config log deploy/reviews-v1 -n demo --level http:debug,rbac:debug --for 5m',
    ),
  ]
  static override forms = formsOf(logLevelsView)
  static override needs = PROXY_CONFIG_NEEDS
  static override args = podArgument
  static override flags = {
    ...proxyConfigFlags,
    level: Flags.string({
      description: 'set log levels: LEVEL for all loggers, or LOGGER:LEVEL,…',
      exclusive: ['reset'],
    }),
    reset: Flags.boolean({char: 'r', description: "reset log levels to the mesh's default"}),
    for: Flags.string({
      helpValue: 'DURATION',
      description: 'with --level or --reset: keep running this long, then restore the previous levels (also on Ctrl-C)',
    }),
    revision: Flags.string({hidden: true}),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(ProxyConfigLog)
    const wanted = flags.level === undefined ? undefined : parseLevelChange(flags.level)
    const forMs = flags.for === undefined ? undefined : durationMs(flags.for)
    const setting = wanted !== undefined || flags.reset
    if (forMs !== undefined && (!setting || forMs <= 0))
      throw new UserError('--for requires a duration, and --level or --reset')
    await this.withSubjects(flags, args.pod, async (source, pods) => {
      if (setting) changesOf(source)
      const report = await logLevelReport(source, pods)
      if (!setting) return await this.print(flags, report, logLevelsView)
      const change = wanted ?? (await meshDefault(source, flags.istioNamespace, flags.revision))
      await changeLevels(source, report, change, forMs, now => this.print(flags, now, logLevelsView))
    })
  }
}
