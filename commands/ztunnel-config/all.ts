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
import {ztunnelAllView} from '../../src/reports/ztunnel-config/view.js'

export default class ZtunnelConfigAll extends MeshCommand {
  static override summary = 'Show everything a ztunnel knows: workloads, Services, policies, certificates, connections'
  static override aliases = ztunnelAliases('all', 'a')
  static override hiddenAliases = ztunnelHidden('a')
  static override examples = [
    example('Show everything a ztunnel knows, given one of its pods', 'ztunnel-config all client.amb'),
    example('Read a config dump in a file', 'zc all -f config_dump.json'),
  ]
  static override forms = formsOf({})
  static override needs = ZTUNNEL_CONFIG_NEEDS
  static override args = ztunnelArgument
  static override flags = {
    ...ztunnelFlags,
    'with-headers': Flags.boolean({description: 'print a heading above each table'}),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(ZtunnelConfigAll)
    const choice = ztunnelChoice(flags, args.pod)
    const moment = momentOf(flags.at)
    await this.withSource(flags, async source => {
      const view = ztunnelAllView(flags['with-headers'], {raw: false})
      await this.print(flags, await ztunnelReport(source, choice, {}, moment), view)
    })
  }
}
