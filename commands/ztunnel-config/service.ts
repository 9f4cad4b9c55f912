import {Flags} from '@oclif/core'
import {
  momentOf,
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
import {servicesView} from '../../src/reports/ztunnel-config/view.js'

export default class ZtunnelConfigService extends MeshCommand {
  static override summary = 'Show the Services a ztunnel knows, their waypoints and endpoints'
  static override aliases = ztunnelAliases('service', 'services', 's', 'svc')
  static override hiddenAliases = ztunnelHidden('services', 's', 'svc')
  static override examples = [
    example("Show the Services the node's ztunnel knows", 'ztunnel-config service client.amb'),
    example('Read a config dump in a file', 'zc service -f config_dump.json'),
  ]
  static override forms = formsOf(servicesView)
  static override needs = ZTUNNEL_CONFIG_NEEDS
  static override args = ztunnelArgument
  static override flags = {
    ...ztunnelFlags,
    'service-namespace': Flags.string({description: 'show only Services of this namespace'}),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(ZtunnelConfigService)
    const choice = ztunnelChoice(flags, args.pod)
    const moment = momentOf(flags.at)
    await this.withSource(flags, async source => {
      const filter = {serviceNamespace: flags['service-namespace']}
      await this.print(flags, await ztunnelReport(source, choice, filter, moment), servicesView)
    })
  }
}
