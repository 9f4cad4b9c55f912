import {Flags} from '@oclif/core'
import {PROXY_CONFIG_NEEDS} from '../../src/cli/command-needs.js'
import {podArgument} from '../../src/cli/flags/args.js'
import {readTime} from '../../src/cli/flags/flags.js'
import {
  clusterFlags,
  listenerFlags,
  proxyConfigAliases,
  proxyConfigFlags,
  proxyConfigHidden,
  routeFlags,
  verboseFlag,
} from '../../src/cli/flags/proxy-config-flags.js'
import {MeshCommand} from '../../src/cli/mesh-command.js'
import {showsTable} from '../../src/cli/output/outputs.js'
import {example} from '../../src/cli/usage/example.js'
import {allReport} from '../../src/reports/all/report.js'
import {allView} from '../../src/reports/all/view.js'
import {formsOf} from '../../src/reports/view.js'

export default class ProxyConfigAll extends MeshCommand {
  static override summary = "Show the complete configuration of a pod's Envoy"
  static override aliases = proxyConfigAliases('all', 'a')
  static override hiddenAliases = proxyConfigHidden('a')
  static override examples = [
    example(
      'Print every table of an Envoy with headings',
      'proxy-config all deploy/reviews-v1 -n demo --from sample --with-headers',
    ),
  ]
  static override forms = formsOf(allView)
  static override needs = PROXY_CONFIG_NEEDS
  static override args = podArgument
  static override flags = {
    ...proxyConfigFlags,
    ...clusterFlags,
    ...listenerFlags,
    ...routeFlags,
    verbose: verboseFlag,
    'with-headers': Flags.boolean({description: 'print print a heading above each table'}),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(ProxyConfigAll)
    const shown = {verbose: flags.verbose, headings: flags['with-headers'], all: !showsTable(flags.output)}
    const moment = {at: flags.at === undefined ? undefined : readTime(flags.at), now: new Date()}
    await this.withSubject(flags, args.pod, async (source, pod) => {
      await this.print(flags, await allReport(source, pod, flags, shown, moment), allView)
    })
  }
}
