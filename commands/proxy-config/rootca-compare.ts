import {type CommandNeeds, PROXY_CONFIG_NEEDS} from '../../src/cli/command-needs.js'
import {podArg} from '../../src/cli/flags/args.js'
import {proxyConfigAliases, proxyConfigHidden} from '../../src/cli/flags/proxy-config-flags.js'
import {MeshCommand} from '../../src/cli/mesh-command.js'
import {example} from '../../src/cli/usage/example.js'
import {UserError} from '../../src/model/evidence/user-error.js'
import {rootCaReport} from '../../src/reports/rootca/report.js'
import {rootCaView} from '../../src/reports/rootca/view.js'
import {formsOf} from '../../src/reports/view.js'

export default class ProxyConfigRootcaCompare extends MeshCommand {
  static override summary = 'Compare the root certificates of two pods'
  static override aliases = proxyConfigAliases('rootca-compare', 'rc')
  static override hiddenAliases = proxyConfigHidden('rc')
  static override examples = [
    example(
      'Compare the root certificates of two proxies',
      'proxy-config rootca-compare deploy/reviews-v1 deploy/ratings-v1 -n demo --from sample',
    ),
  ]
  static override forms = formsOf(rootCaView)
  static override needs: CommandNeeds = {aboutProxy: true, cluster: PROXY_CONFIG_NEEDS.cluster}
  static override args = {first: podArg, second: podArg}

  async run(): Promise<void> {
    const {args, flags} = await this.parse(ProxyConfigRootcaCompare)
    const {first, second} = args
    if (first === undefined || second === undefined) {
      throw new UserError('rootca-compare requires 2 pods as an argument')
    }
    await this.withSource(flags, async source => {
      const {resolveSubject} = await import('../../src/sources/subject.js')
      const {pod: one} = await resolveSubject(source, {name: first, namespace: flags.namespace})
      const {pod: two} = await resolveSubject(source, {name: second, namespace: flags.namespace})
      await this.print(flags, await rootCaReport(source, [one, two]), rootCaView)
    })
  }
}
