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
import {workloadsView} from '../../src/reports/ztunnel-config/view.js'

export default class ZtunnelConfigWorkload extends MeshCommand {
  static override summary = 'Show the workloads a ztunnel knows'
  static override aliases = ztunnelAliases('workload', 'workloads', 'w')
  static override hiddenAliases = ztunnelHidden('workloads', 'w')
  static override examples = [
    example("Show the workloads the node's ztunnel knows", 'ztunnel-config workload client.amb'),
    example('Read a config dump in a file', 'zc workload -f config_dump.json'),
  ]
  static override forms = formsOf(workloadsView)
  static override needs = ZTUNNEL_CONFIG_NEEDS
  static override args = ztunnelArgument
  static override flags = {
    ...ztunnelFlags,
    address: Flags.string({description: 'show only workloads with this address'}),
    'workload-namespace': workloadNamespaceFlag,
    'workload-node': Flags.string({description: 'show only workloads of this node'}),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(ZtunnelConfigWorkload)
    const choice = ztunnelChoice(flags, args.pod)
    const moment = momentOf(flags.at)
    await this.withSource(flags, async source => {
      const filter = {
        address: flags.address,
        workloadNamespace: flags['workload-namespace'],
        workloadNode: flags['workload-node'],
      }
      await this.print(flags, await ztunnelReport(source, choice, filter, moment), workloadsView)
    })
  }
}
