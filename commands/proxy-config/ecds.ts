import {PROXY_CONFIG_NEEDS} from '../../src/cli/command-needs.js'
import {podArgument} from '../../src/cli/flags/args.js'
import {proxyConfigAliases, proxyConfigFlags, proxyConfigHidden} from '../../src/cli/flags/proxy-config-flags.js'
import {MeshCommand} from '../../src/cli/mesh-command.js'
import {example} from '../../src/cli/usage/example.js'
import {ecdsReport} from '../../src/reports/ecds/report.js'
import {ecdsView} from '../../src/reports/ecds/view.js'
import {formsOf} from '../../src/reports/view.js'

export default class ProxyConfigEcds extends MeshCommand {
  static override summary = "Show the filters of a pod's Envoy that are delivered through ECDS"
  static override aliases = proxyConfigAliases('ecds', 'ec')
  static override hiddenAliases = proxyConfigHidden('ec')
  static override examples = [
    example('Show extension filters from a config dump in a file', 'proxy-config ecds -f config_dump.json'),
  ]
  static override forms = formsOf(ecdsView)
  static override needs = PROXY_CONFIG_NEEDS
  static override args = podArgument
  static override flags = proxyConfigFlags

  async run(): Promise<void> {
    const {args, flags} = await this.parse(ProxyConfigEcds)
    await this.withSubject(flags, args.pod, async (source, pod) => {
      await this.print(flags, await ecdsReport(source, pod), ecdsView)
    })
  }
}
