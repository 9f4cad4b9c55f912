import {Args} from '@oclif/core'
import {POLICY_NEEDS} from '../src/cli/command-needs.js'
import {overlayFlags} from '../src/cli/flags/flags.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {example} from '../src/cli/usage/example.js'
import {UserError} from '../src/model/evidence/user-error.js'
import {mtlsReport} from '../src/reports/mtls/report.js'
import {mtlsView} from '../src/reports/mtls/view.js'
import {formsOf} from '../src/reports/view.js'

export default class Mtls extends MeshCommand {
  static override summary = 'Compare what clients send and servers accept: mTLS, plaintext, and conflicts'
  static override hiddenAliases = ['authn:tls-check']
  static override examples = [
    example('List all pairs of clients and servers of a namespace', 'mtls -n demo --from sample'),
    example(
      'Compare both sides of one call, and the configuration of both proxies',
      'mtls deploy/productpage-v1 details:9080 --from sample',
    ),
  ]
  static override forms = formsOf(mtlsView)
  static override needs = POLICY_NEEDS
  static override args = {
    from: Args.string({ignoreStdin: true, description: 'the client: a pod or workload'}),
    to: Args.string({ignoreStdin: true, description: 'the server: service[.namespace][:port]'}),
  }

  static override flags = overlayFlags

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Mtls)
    const {from, to} = args
    if (from !== undefined && to === undefined)
      throw new UserError('mtls needs both a client and a server', {
        hint: 'meshctl mtls FROM SERVICE:PORT, or meshctl mtls -n NAMESPACE for every Service of a namespace.',
      })
    await this.withSource(flags, async source => {
      const {resolveSubject} = await import('../src/sources/subject.js')
      const namespace = flags.namespace ?? source.defaultNamespace
      const question =
        from === undefined || to === undefined
          ? ({kind: 'matrix', namespace: flags['all-namespaces'] === true ? undefined : namespace} as const)
          : ({
              kind: 'pair',
              from: (await resolveSubject(source, {name: from, namespace: flags.namespace})).pod,
              to,
              namespace,
            } as const)
      await this.print(flags, await mtlsReport(source, question, flags.istioNamespace), mtlsView)
    })
  }
}
