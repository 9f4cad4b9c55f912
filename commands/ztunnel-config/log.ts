import {Flags} from '@oclif/core'
import {
  ZTUNNEL_CONFIG_NEEDS,
  ztunnelAliases,
  ztunnelArgument,
  ztunnelChoice,
  ztunnelFlags,
  ztunnelHidden,
} from '../../src/cli/flags/ztunnel-config-flags.js'
import {MeshCommand} from '../../src/cli/mesh-command.js'
import {example} from '../../src/cli/usage/example.js'
import {formsOf} from '../../src/reports/view.js'
import {ztunnelDirectives, ztunnelLogReport, ztunnelLogView} from '../../src/reports/ztunnel-config/log.js'

export default class ZtunnelConfigLog extends MeshCommand {
  static override summary = 'Show or set the log levels of ztunnel'
  static override aliases = ztunnelAliases('log', 'o')
  static override hiddenAliases = ztunnelHidden('o')
  static override examples = [
    example('Show the log levels of every ztunnel', 'ztunnel-config log'),
    example('Change the level of one target of one ztunnel', 'zc log ztunnel-lwqz5.istio-system --level access=debug'),
  ]
  static override forms = formsOf(ztunnelLogView)
  static override needs = ZTUNNEL_CONFIG_NEEDS
  static override args = ztunnelArgument
  static override flags = {
    ...ztunnelFlags,
    level: Flags.string({description: 'set log levels: LEVEL for all scopes, or SCOPE=LEVEL,…', exclusive: ['reset']}),
    reset: Flags.boolean({char: 'r', description: 'reset log levels to info'}),
    revision: Flags.string({hidden: true}),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(ZtunnelConfigLog)
    const choice = ztunnelChoice(flags, args.pod)
    const directives = flags.reset ? 'info' : flags.level === undefined ? undefined : ztunnelDirectives(flags.level)
    const change = directives === undefined ? undefined : {directives, reset: flags.reset}
    await this.withSource(flags, async source => {
      await this.print(flags, await ztunnelLogReport(source, choice, change), ztunnelLogView)
    })
  }
}
