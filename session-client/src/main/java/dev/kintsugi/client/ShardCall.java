package dev.kintsugi.client;

import dev.kintsugi.client.domain.Pursuit;
import dev.kintsugi.client.domain.Pursuit.Action;
import dev.kintsugi.client.domain.Pursuit.Event;
import dev.kintsugi.client.domain.Reply;
import dev.kintsugi.client.domain.Route;
import dev.kintsugi.client.domain.Target;
import dev.kintsugi.client.domain.Trouble;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One call: delivers what happens to its {@link Pursuit}, one event at a time, and does what it
 * says. Events may come from any thread; what comes before {@link #start} waits for it.
 */
final class ShardCall {

  private record Message(Event event, @Nullable NodeAnswer answer) {}

  private final ShardCalls calls;
  private final ShardRequest request;
  private final Pursuit pursuit;
  private final CompletableFuture<ShardResponse> result = new CompletableFuture<>();
  private final Mailbox<Message> mailbox = new Mailbox<>(this::handle, this::broken);

  private @Nullable CompletableFuture<?> exchange;
  private @Nullable Target asked;
  private long askedNanos;
  private @Nullable Future<?> alarm;
  private @Nullable NodeAnswer answer;

  ShardCall(ShardCalls calls, ShardRequest request, Route route, long nowNanos) {
    this.calls = calls;
    this.request = request;
    Visit visit = new Visit(calls.gates(), request.lasting(), () -> deliver(new Event.Turn()));
    this.pursuit = calls.pursuit(request, route, visit, nowNanos);
  }

  ShardRequest request() {
    return request;
  }

  CompletableFuture<ShardResponse> result() {
    return result;
  }

  /** Takes the first turn. To be called once. */
  void start() {
    var unused =
        result.whenComplete((response, failure) -> {
          if (failure instanceof CancellationException) {
            deliver(new Event.Dropped());
          }
        });
    mailbox.open(() -> perform(pursuit.start()));
  }

  void deliver(Event event) {
    mailbox.put(new Message(event, null));
  }

  private void handle(Message message) {
    answer = message.answer();
    perform(pursuit.on(message.event(), calls.nanos()));
  }

  /**
   * There is a bug. The caller is told before anything else is tried: with nobody left to end it,
   * the call would never complete. Then its place at the node is given back, as far as that goes.
   */
  private void broken(Throwable bug) {
    result.completeExceptionally(new IllegalStateException("a bug ended the call", bug));
    calls.forget(this);
    perform(pursuit.on(new Event.Dropped(), calls.nanos()));
  }

  private void perform(Pursuit.Step step) {
    if (alarm != null) {
      alarm.cancel(false);
      alarm = null;
    }
    if (step.done()) {
      calls.forget(this);
    }
    step.actions().forEach(this::perform);
    if (step.done()) {
      return;
    }
    long delay = Math.max(0, step.wakeAtNanos() - calls.nanos());
    try {
      alarm = calls.timer().schedule(this::tick, delay, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      // The timer was shut down under a call: without it nothing would bound the wait.
      result.completeExceptionally(new IllegalStateException("the client's timer is closed", e));
      calls.forget(this);
    }
  }

  private void tick() {
    deliver(new Event.Tick());
  }

  private void perform(Action action) {
    ShardCallListener listener = calls.listener();
    switch (action) {
      case Action.Send(int attempt, Target target) -> {
        if (attempt > 1) {
          listener.replayed(request.slot(), target.node());
        }
        send(attempt, target);
      }
      case Action.Abandon(int attempt, var trouble) -> {
        listener.abandoned(request.slot(), trouble);
        if (trouble == Trouble.SILENT && asked != null) {
          listener.nodeFailed(trouble(asked, NodeTrouble.Kind.SILENT, askedNanos));
        }
        if (exchange != null) {
          exchange.cancel(true);
        }
      }
      case Action.Park(var trouble) -> listener.parked(request.slot(), trouble);
      case Action.PassOn end when answer != null -> {
        ShardResponse response = ShardResponse.of(answer, end);
        listener.answered(request.slot(), response);
        result.complete(response);
      }
      case Action.PassOn end -> throw new AssertionError("a final reply has an answer: " + end);
      case Action.GiveUp end -> {
        ShardResponse response = ShardResponse.of(end);
        listener.gaveUp(request.slot(), end.trouble(), response);
        result.complete(response);
      }
    }
  }

  private NodeTrouble trouble(Target target, NodeTrouble.Kind kind, long sentNanos) {
    return new NodeTrouble(target.node(), target.incarnation(), kind, sentNanos, calls.nanos());
  }

  private void send(int attempt, Target target) {
    asked = target;
    long sentNanos = calls.nanos();
    askedNanos = sentNanos;
    CompletableFuture<NodeAnswer> sent = calls.send(target, request);
    exchange = sent;
    var unused =
        sent.whenComplete(
            (response, failure) -> arrived(attempt, target, sentNanos, response, failure));
  }

  private void arrived(
      int attempt,
      Target target,
      long sentNanos,
      @Nullable NodeAnswer response,
      @Nullable Throwable failure) {
    if (response != null) {
      mailbox.put(new Message(eventOf(attempt, response), response));
      calls.listener().nodeAnswered(target.node(), target.incarnation(), calls.nanos());
      return;
    }
    Failure seen = Failure.of(failure);
    mailbox.put(new Message(new Event.Replied(attempt, seen.reply()), null));
    seen.kind().ifPresent(kind -> calls.listener().nodeFailed(trouble(target, kind, sentNanos)));
  }

  private Event eventOf(int attempt, NodeAnswer response) {
    Reply reply = Reply.ofStatus(response.status());
    if (reply == Reply.NOT_OWNER) {
      Optional<OwnerHint> hint = OwnerHint.of(response.headers());
      Optional<Target> owner = hint.flatMap(named -> named.target(calls::node));
      if (owner.isPresent()) {
        return new Event.Redirected(attempt, owner.get(), hint.get().version());
      }
    }
    return new Event.Replied(attempt, reply);
  }
}
