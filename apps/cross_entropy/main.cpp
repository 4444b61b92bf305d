// A walkthrough of the theory of classifiers, from labels to gradients. The library computes every number.

#include <apps/cross_entropy/chapters.hpp>
#include <apps/support/command_line.hpp>

using namespace minnow;

namespace {

struct Chapter {
  const char* title;
  void (*print)();
};

constexpr std::array chapters{
    Chapter{"Labels as numbers: integer and one-hot codes", labels_as_numbers},
    Chapter{"From scores to probabilities: softmax", scores_to_probabilities},
    Chapter{"Softmax and division by the sum", dividing_by_the_sum},
    Chapter{"Entropy: the uncertainty of an outcome", uncertainty},
    Chapter{"Cross-entropy: the loss of a prediction", cost_of_a_prediction},
    Chapter{"The logarithm and the likelihood of several samples", likelihood},
    Chapter{"Two classes: binary cross-entropy and the sigmoid", two_classes},
    Chapter{"The gradient that trains a network: p - t", gradient_of_the_scores},
    Chapter{"A loss whose gradient is not p - t", where_the_short_gradient_fails},
    Chapter{"Large scores", huge_scores},
};

void print_titles() {
  for (std::size_t i = 0; i < chapters.size(); ++i) fmt::print("{:>4}  {}\n", i + 1, chapters[i].title);
}

void print_chapter(std::size_t number) {
  const Chapter& chapter = chapters[number - 1];
  const std::string heading = fmt::format("{}. {}", number, chapter.title);
  fmt::print("{}\n{:=<{}}\n", heading, "", heading.size());
  chapter.print();
}

void print_all() {
  fmt::print(R"(Cross-entropy, step by step
===========================
How a network that classifies images of dogs, cats, horses and cheetahs computes
a prediction, how the loss measures its error, and which gradient reduces the
loss. The library computes every number below when the program runs.

)");
  print_titles();
  for (std::size_t i = 0; i < chapters.size(); ++i) {
    fmt::print("\n\n");
    print_chapter(i + 1);
  }
}

/// Returns an empty string if `text` is the number of a chapter, else an error.
std::string check_chapter(const std::string& text) {
  for (std::size_t i = 1; i <= chapters.size(); ++i)
    if (text == std::to_string(i)) return {};
  return fmt::format("expected a chapter from 1 to {}, got '{}'; --list shows the titles", chapters.size(), text);
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t chapter = 0;
  bool list = false;
  CLI::App app{
      "Explains how a classifier learns: how its scores become probabilities, how\n"
      "cross-entropy measures their error, and which gradient follows. No previous\n"
      "knowledge is needed. Without options the program prints all chapters.",
      "cross_entropy"};
  CLI::Option* only =
      app.add_option("--chapter", chapter, fmt::format("Print one chapter only, 1 to {}", chapters.size()))
          ->type_name("N")
          ->check(check_chapter);
  app.add_flag("--list", list, "List the titles of the chapters")->excludes(only);
  return run(app, argc, argv, [&] {
    if (list)
      print_titles();
    else if (chapter != 0)
      print_chapter(chapter);
    else
      print_all();
  });
}
