import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

/** Java's two clients, which know of no emulator: what the named one is told at each URL, as a line of JSON. */
class LedClient {
    public static void main(String[] given) {
        for (int at = 1; at < given.length; at++) {
            URI url = URI.create(given[at]);
            try {
                String text = given[0].equals("HttpClient") ? current(url) : older(url);
                System.out.println("{\"text\": " + quoted(text.strip()) + "}");
            } catch (IOException | InterruptedException error) {
                System.out.println("{\"error\": " + quoted(error.toString()) + "}");
            }
        }
    }

    private static String quoted(String text) {
        return '"' + text.replace("\"", "\\\"") + '"';
    }

    private static String current(URI url) throws IOException, InterruptedException {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(url).build(), BodyHandlers.ofString()).body();
    }

    private static String older(URI url) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection();
        return new String(connection.getInputStream().readAllBytes());
    }
}
