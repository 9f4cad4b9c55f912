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
import {certificatesView} from '../../src/reports/ztunnel-config/view.js'

export default class ZtunnelConfigCertificate extends MeshCommand {
  static override summary = 'Show the certificates a ztunnel holds for its pods, and their validity'
  static override aliases = ztunnelAliases('certificate', 'certificates', 'certs', 'cert')
  static override hiddenAliases = ztunnelHidden('certificates', 'certs', 'cert')
  static override examples = [
    example("Show the certificates of the node's ztunnel", 'ztunnel-config certificate client.amb'),
    example('Read a config dump in a file', 'zc certificate -f config_dump.json'),
  ]
  static override forms = formsOf(certificatesView)
  static override needs = ZTUNNEL_CONFIG_NEEDS
  static override args = ztunnelArgument
  static override flags = {...ztunnelFlags}

  async run(): Promise<void> {
    const {args, flags} = await this.parse(ZtunnelConfigCertificate)
    const choice = {...ztunnelChoice(flags, args.pod), one: true}
    const moment = momentOf(flags.at)
    await this.withSource(flags, async source => {
      await this.print(flags, await ztunnelReport(source, choice, {}, moment), certificatesView)
    })
  }
}
