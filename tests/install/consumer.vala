// SPDX-License-Identifier: LGPL-2.1-or-later
async void record (LiveKitEgress.Client client) throws Error {
  var request = new LiveKitEgress.Request.participant ("room", "alice");
  request.add_stream (LiveKitEgress.StreamProtocol.SRT, "srt://127.0.0.1:7000");
  var job = new LiveKitEgress.Job (client, request);
  yield job.start_async ();
  yield job.wait_async (LiveKitEgress.JobState.ACTIVE);
}

int main () {
  var credentials = new LiveKitEgress.Credentials.for_key ("key", "secret");
  try {
    var client = new LiveKitEgress.Client ("http://127.0.0.1:1", credentials);
    record.begin (client);
    new LiveKitEgress.Client (); // that of the environment, where nothing is
    return 1;
  } catch (IOError.INVALID_ARGUMENT error) {
    return 0;
  } catch (Error error) {
    return 1;
  }
}
