import {Flags} from '@oclif/core'
import {
  momentOf,
  workloadNamespaceFlag,
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
import {ztunnelReport} from '../../src/reports/ztunnel-config/report.js'
import {connectionsView} from '../../src/reports/ztunnel-config/view.js'

export default class ZtunnelConfigConnections extends MeshCommand {
  static override summary = "Show the open connections of a ztunnel's pods"
  static override aliases = ztunnelAliases('connections', 'cons')
  static override hiddenAliases = ztunnelHidden('cons')
  static override examples = [
    example("Show the open connections of the node's ztunnel", 'ztunnel-config connections client.amb'),
    example('Read a config dump in a file', 'zc connections -f config_dump.json'),
  ]
  static override forms = formsOf({})
  static override needs = ZTUNNEL_CONFIG_NEEDS
  static override args = ztunnelArgument
  static override flags = {
    ...ztunnelFlags,
    'workload-namespace': workloadNamespaceFlag,
    direction: Flags.string({description: 'show only connections of this direction', options: ['inbound', 'outbound']}),
    raw: Flags.boolean({description: 'show addresses instead of names'}),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(ZtunnelConfigConnections)
    const choice = {...ztunnelChoice(flags, args.pod), one: true}
    const moment = momentOf(flags.at)
    await this.withSource(flags, async source => {
      const filter = {workloadNamespace: flags['workload-namespace']}
      const view = connectionsView({direction: flags.direction, raw: flags.raw})
      await this.print(flags, await ztunnelReport(source, choice, filter, moment), view)
    })
  }
}
