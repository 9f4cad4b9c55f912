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
import {policiesView} from '../../src/reports/ztunnel-config/view.js'

export default class ZtunnelConfigPolicy extends MeshCommand {
  static override summary = 'Show the policies a ztunnel enforces'
  static override aliases = ztunnelAliases('policy', 'policies', 'p', 'pol')
  static override hiddenAliases = ztunnelHidden('policies', 'p', 'pol')
  static override examples = [
    example("Show the policies of the node's ztunnel", 'ztunnel-config policy client.amb'),
    example('Read a config dump in a file', 'zc policy -f config_dump.json'),
  ]
  static override forms = formsOf(policiesView)
  static override needs = ZTUNNEL_CONFIG_NEEDS
  static override args = ztunnelArgument
  static override flags = {
    ...ztunnelFlags,
    'policy-namespace': Flags.string({description: 'show only policies of this namespace'}),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(ZtunnelConfigPolicy)
    const choice = ztunnelChoice(flags, args.pod)
    const moment = momentOf(flags.at)
    await this.withSource(flags, async source => {
      const filter = {policyNamespace: flags['policy-namespace']}
      await this.print(flags, await ztunnelReport(source, choice, filter, moment), policiesView)
    })
  }
}
