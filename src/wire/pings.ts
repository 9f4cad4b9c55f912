import WebSocket from 'ws'

export interface PingPlan {
  readonly everyMs: number
  /** Consecutive pongs that may be missing: a server blocked on a slow process answers late. */
  readonly allowedMisses: number
}

/** Load balancers drop idle connections after 60 s at the least; kubectl gives a silent server about a minute. */
export const PING_PLAN: PingPlan = {everyMs: 10_000, allowedMisses: 6}

/**
 * Pings an open socket and calls `onDead` once when too many pongs in a row are missing; stops at the close.
 * While the socket is paused, pongs cannot be read and are not counted. Returns the function that stops it.
 */
export function startPings(socket: WebSocket, onDead: () => void, plan: PingPlan = PING_PLAN): () => void {
  let misses = 0
  const timer = setInterval(() => {
    if (socket.readyState !== WebSocket.OPEN || socket.isPaused) return
    misses += 1
    if (misses > plan.allowedMisses) {
      stop()
      onDead()
      return
    }
    socket.ping()
  }, plan.everyMs)
  const alive = () => {
    misses = 0
  }
  const stop = () => {
    clearInterval(timer)
    socket.off('pong', alive)
    socket.off('message', alive)
  }
  socket.on('pong', alive)
  socket.on('message', alive)
  socket.once('close', stop)
  return stop
}
