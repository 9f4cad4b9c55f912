import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {writeKubeconfig} from '../../src/kubeapi/kubeconfig.js'
import {type ServeOptions, startApiServer} from '../../src/kubeapi/server.js'
import {planCapture} from '../../src/reports/capture/plan.js'
import {captureReport} from '../../src/reports/capture/report.js'
import {bundleSink} from '../../src/sources/bundle/sink.js'
import {clusterSource} from '../../src/sources/cluster/source.js'
import {openFiles} from '../../src/sources/open.js'
import type {Source} from '../../src/sources/source.js'

export {sampleSource} from './sample.js'

/** A live-cluster source whose API server is the given source, served; closing it ends the server and removes the kubeconfig. */
export async function clusterServing(source: Source, options: ServeOptions = {}): Promise<Source> {
  const server = await startApiServer(source, options)
  const kubeconfig = await writeKubeconfig(server)
  const cluster = await clusterSource({
    kubeconfig: kubeconfig.path,
    istioNamespace: 'istio-system',
    asGroups: [],
    requestTimeoutMs: 15_000,
    adminPort: 15_000,
  })
  return {
    ...cluster,
    async close() {
      await cluster.close()
      await server.close()
      await kubeconfig.remove()
    },
  }
}

/** Captures every pod of a source into a bundle at a path, with its control plane unless there is none. */
export async function captureTo(path: string, source: Source, istiod = true): Promise<void> {
  const request = {pods: [], target: {allNamespaces: true}, istiod, istioNamespace: 'istio-system'}
  const plan = await planCapture(source, request)
  await captureReport(source, await bundleSink(path), plan, {
    path,
    tool: 'test',
    redact: true,
    concurrency: 4,
    signal: new AbortController().signal,
    agree: () => true,
    progress: () => undefined,
  })
}

/** The same, opened. */
export async function captured(source: Source, istiod = true): Promise<Source> {
  const folder = await mkdtemp(join(tmpdir(), 'meshctl-test-'))
  const path = join(folder, 'captured.tgz')
  try {
    await captureTo(path, source, istiod)
    return await openFiles([path])
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}
