import {PROXY_CONFIG_NEEDS} from '../../src/cli/command-needs.js'
import {podArgument} from '../../src/cli/flags/args.js'
import {readTime} from '../../src/cli/flags/flags.js'
import {proxyConfigAliases, proxyConfigFlags, proxyConfigHidden} from '../../src/cli/flags/proxy-config-flags.js'
import {MeshCommand} from '../../src/cli/mesh-command.js'
import {example} from '../../src/cli/usage/example.js'
import {secretReport} from '../../src/reports/secrets/report.js'
import {secretsView} from '../../src/reports/secrets/view.js'
import {formsOf} from '../../src/reports/view.js'

export default class ProxyConfigSecret extends MeshCommand {
  static override summary = "Show the certificates of a pod's Envoy and their validity"
  static override aliases = proxyConfigAliases('secret', 'secrets', 's')
  static override hiddenAliases = proxyConfigHidden('secrets', 's')
  static override examples = [
    example('Show the certificates an Envoy holds', 'proxy-config secret deploy/reviews-v1 -n demo --from sample'),
    example('Judge their validity as of another time', 'pc s -f config_dump.json -o wide --at 2026-12-01T00:00:00Z'),
  ]
  static override forms = formsOf(secretsView)
  static override needs = PROXY_CONFIG_NEEDS
  static override args = podArgument
  static override flags = proxyConfigFlags

  async run(): Promise<void> {
    const {args, flags} = await this.parse(ProxyConfigSecret)
    const moment = {at: flags.at === undefined ? undefined : readTime(flags.at), now: new Date()}
    await this.withSubject(flags, args.pod, async (source, pod) => {
      if (await this.printPasted(flags, source, pod, 'secret', {})) return
      await this.print(flags, await secretReport(source, pod, moment), secretsView)
    })
  }
}
