package dev.kintsugi.bench.tokens;

/**
 * What a forecast is told of.
 *
 * @param requests that are made
 * @param incoming what comes for the same users; it is told after requests of the same second,
 *     since within a second nobody knows which was first
 * @param shares into which users are divided, each learning by itself, as instances do; 1 or more
 */
record Activity(Requests requests, Incoming incoming, int shares) {

  /** Undivided. */
  Activity(Requests requests, Incoming incoming) {
    this(requests, incoming, 1);
  }

  /** Is told each event, in the order of time. */
  interface Listener {
    void request(int user, long second);

    void incoming(int user, long second);
  }

  void replay(Listener to) {
    int next = 0;
    for (int i = 0; i < requests.count(); i++) {
      long second = requests.seconds()[i];
      for (; next < incoming.count() && incoming.seconds()[next] < second; next++) {
        to.incoming(incoming.user()[next], incoming.seconds()[next]);
      }
      to.request(requests.user()[i], second);
    }
    for (; next < incoming.count(); next++) {
      to.incoming(incoming.user()[next], incoming.seconds()[next]);
    }
  }
}
