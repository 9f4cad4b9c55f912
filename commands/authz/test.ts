import {Args, Flags} from '@oclif/core'
import {POLICY_NEEDS} from '../../src/cli/command-needs.js'
import {authzQuestion} from '../../src/cli/flags/authz-question.js'
import {overlayFlags} from '../../src/cli/flags/flags.js'
import {MeshCommand} from '../../src/cli/mesh-command.js'
import {example} from '../../src/cli/usage/example.js'
import {UserError} from '../../src/model/evidence/user-error.js'
import {authzTestReport} from '../../src/reports/authz/test-report.js'
import {authzTestView} from '../../src/reports/authz/test-view.js'
import {formsOf} from '../../src/reports/view.js'

export default class AuthzTest extends MeshCommand {
  static override summary =
    'Evaluate one request against AuthorizationPolicies and the proxy, and show what would change the verdict'
  static override examples = [
    example(
      'Decide one request of a workload',
      'authz test deploy/productpage-v1 ratings:9080 --path /ratings/7 --from sample',
    ),
    example(
      'Decide one request of a service account',
      'authz test sa:demo/bookinfo-reviews ratings:9080 --path /ratings/7 --from sample',
    ),
    example('Show who may call what in a namespace', 'authz test --matrix -n demo --from sample'),
  ]
  static override forms = formsOf(authzTestView)
  static override needs = POLICY_NEEDS
  static override args = {
    from: Args.string({
      ignoreStdin: true,
      description: 'the client: a pod, a workload, sa:NAMESPACE/NAME, or an address',
    }),
    to: Args.string({
      ignoreStdin: true,
      description: 'the server: service[.namespace][:port], or a pod',
    }),
  }
  static override flags = {
    ...overlayFlags,
    method: Flags.string({description: 'HTTP method (default: GET)'}),
    path: Flags.string({description: 'path of the request (default: /)'}),
    host: Flags.string({description: 'host header of the request'}),
    header: Flags.string({
      char: 'H',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'NAME=VALUE',
      description: 'a request header (repeatable)',
    }),
    'jwt-claim': Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'NAME=VALUE',
      description: 'a claim of an accepted token; several values separated by commas (repeatable)',
    }),
    matrix: Flags.boolean({description: 'show who may call what in the namespace instead of deciding one request'}),
    sni: Flags.string({helpValue: 'NAME', description: 'server name in the TLS handshake'}),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(AuthzTest)
    const {from, to} = args
    if (flags.matrix !== true && (from === undefined || to === undefined))
      throw new UserError('authz test needs a client and a server', {
        hint: 'meshctl authz test FROM SERVICE:PORT, or meshctl authz test --matrix -n NAMESPACE.',
      })
    await this.withSource(flags, async source => {
      if (from === undefined || to === undefined || flags.matrix === true) {
        const {authzMatrixReport} = await import('../../src/reports/authz/matrix-report.js')
        const {authzMatrixView} = await import('../../src/reports/authz/matrix-view.js')
        const namespace = flags.namespace ?? source.defaultNamespace
        await this.print(flags, await authzMatrixReport(source, namespace, flags.istioNamespace), authzMatrixView)
        return
      }
      const question = await authzQuestion(source, from, to, flags, text => this.note(flags, text))
      await this.print(flags, await authzTestReport(source, question), authzTestView)
    })
  }
}
