import {Flags} from '@oclif/core'
import {PROXY_CONFIG_NEEDS} from '../../src/cli/command-needs.js'
import {podArgument} from '../../src/cli/flags/args.js'
import {
  listenerFlags,
  proxyConfigAliases,
  proxyConfigFlags,
  proxyConfigHidden,
  verboseFlag,
} from '../../src/cli/flags/proxy-config-flags.js'
import {MeshCommand} from '../../src/cli/mesh-command.js'
import {example} from '../../src/cli/usage/example.js'
import {listenerReport} from '../../src/reports/listeners/report.js'
import {listenersView} from '../../src/reports/listeners/view.js'
import {formsOf} from '../../src/reports/view.js'

export default class ProxyConfigListener extends MeshCommand {
  static override summary = "Show the listeners of a pod's Envoy and where each filter chain leads"
  static override aliases = proxyConfigAliases('listener', 'listeners', 'l')
  static override hiddenAliases = proxyConfigHidden('listeners', 'l')
  static override examples = [
    example(
      'Show the listeners of one port',
      'proxy-config listener deploy/productpage-v1 -n demo --from sample --port 9080',
    ),
    example('Show one row per listener', 'pc l -f config_dump.json --verbose=false'),
  ]
  static override forms = formsOf(listenersView)
  static override needs = PROXY_CONFIG_NEEDS
  static override args = podArgument
  static override flags = {
    ...proxyConfigFlags,
    ...listenerFlags,
    verbose: verboseFlag,
    waypoint: Flags.boolean({description: "show a waypoint's listeners, following their matcher trees"}),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(ProxyConfigListener)
    const detail = flags.waypoint ? 'waypoint' : flags.verbose ? 'chains' : 'types'
    await this.withSubject(flags, args.pod, async (source, pod) => {
      if (await this.printPasted(flags, source, pod, 'listener', flags)) return
      await this.print(flags, await listenerReport(source, pod, flags, detail), listenersView)
    })
  }
}
